import { setTimeout as delay } from 'node:timers/promises';
import { User } from '../../support/browser/user.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import {
  authorizationRequest,
  type Code,
  callbackParameters,
  callMcp,
  obtainCode,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
} from '../../support/http/oauth-requests.ts';

const cloud = sharedCloud();
// `npm run stress` runs 200 rounds of this.
const ROUNDS = 5;
const PARALLEL = 50;
/** The average rate that the throttle of the stack admits at /token. */
const REDEMPTIONS_PER_SECOND = 600;

let client: RegisteredClient;
beforeAll(async () => {
  client = await registerClient(cloud);
});

/** Codes of users who stay logged in at the provider, so that each code needs a consent but no login. */
const users = ['ada', 'grace', 'lin', 'hedy', 'mary'].map((login) => new User(cloud, login));
const obtainCodes = (): Promise<Code[]> => Promise.all(users.map((user) => obtainCode(cloud, client, { user })));

describe('Authorization code (RFC 6749 §4.1.2: single use)', () => {
  it(`#40 of ${PARALLEL} parallel redemptions exactly one succeeds, ${ROUNDS} times in a row`, async () => {
    const codes: Code[] = [];
    let nextCodes = obtainCodes();
    const startedAt = performance.now();
    for (let round = 0; round < ROUNDS; round += 1) {
      if (codes.length <= round) {
        codes.push(...(await nextCodes));
        nextCodes = codes.length < ROUNDS ? obtainCodes() : Promise.resolve([]);
      }
      // Do not exceed the throttle: it would respond instead of the endpoint.
      await delay(Math.max(0, startedAt + (round * PARALLEL * 1000) / REDEMPTIONS_PER_SECOND - performance.now()));
      const code = codes[round] as Code;
      const answers = await Promise.all(Array.from({ length: PARALLEL }, () => redeem(cloud, code)));
      const outcomes: Record<string, number> = {};
      for (const { status, body } of answers) {
        const outcome = status === 200 ? 'success' : `${status} ${body.error}`;
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
      expect(outcomes).toEqual({ success: 1, '400 invalid_grant': PARALLEL - 1 });
    }
  }, 180_000);

  it('A4 #39 a code redeemed twice at once is refused, and the issued tokens stay', async () => {
    const code = await obtainCode(cloud, client);
    const first = await redeem(cloud, code);
    expect((await redeem(cloud, code)).body.error).toBe('invalid_grant');
    const refreshed = await refresh(cloud, client, first.body.refresh_token);
    expect([refreshed.status, refreshed.body.error]).toEqual([200, undefined]);
  });

  it.each([
    ['verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['redirect URI', { redirect_uri: 'http://127.0.0.1:53682/other' }, 'invalid_grant'],
    ['resource', { resource: 'https://other.test/mcp' }, 'invalid_target'],
  ])('#18 #41 #70 a wrong %s consumes nothing, before or after the redemption', async (_what, wrong, error) => {
    const code = await obtainCode(cloud, client);
    expect((await redeem(cloud, code, wrong)).body.error).toBe(error);
    const redeemed = await redeem(cloud, code);
    expect(redeemed.status).toBe(200);
    expect((await redeem(cloud, code, wrong)).status).toBe(400);
    expect((await refresh(cloud, client, redeemed.body.refresh_token)).status).toBe(200);
  });

  it('#43 another client cannot redeem the code, and the right one still can', async () => {
    const other = await registerClient(cloud, { client_name: 'Other' });
    const code = await obtainCode(cloud, client);
    expect((await redeem(cloud, code, { client_id: other.client_id })).body.error).toBe('invalid_grant');
    expect((await redeem(cloud, code)).status).toBe(200);
  });

  it('RFC 6749 §2.3.1: a confidential client needs its secret', async () => {
    const confidential = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    const code = await obtainCode(cloud, confidential);
    const refused = await redeem(cloud, code, { client_secret: undefined });
    expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client']);
    const wrong = await redeem(cloud, code, { client_secret: 'wrong' });
    expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client']);
    expect((await redeem(cloud, code)).status).toBe(200);
  });

  it('RFC 6749 §4.1.2.1: Deny returns access_denied with state and iss', async () => {
    const { url, state } = authorizationRequest(cloud, client);
    const parameters = callbackParameters(await new User(cloud).signIn(url, { decision: 'deny' }));
    expect(Object.fromEntries(parameters)).toMatchObject({ error: 'access_denied', state, iss: cloud.origin });
    expect(parameters.has('code')).toBe(false);
  });

  it('#7 RFC 8252 §7.3: a loopback redirect URI works with any port, but nothing else in it may differ', async () => {
    const elsewhere = 'http://127.0.0.1:60123/callback';
    const { url } = authorizationRequest(cloud, client, { redirect_uri: elsewhere });
    expect((await new User(cloud).signIn(url)).left?.href.startsWith(`${elsewhere}?`)).toBe(true);
    for (const near of [
      'http://127.0.0.1:53682/callback2',
      'https://127.0.0.1:53682/callback',
      'http://127.0.0.1.evil.test:53682/callback',
    ]) {
      const seen = await new User(cloud).open(authorizationRequest(cloud, client, { redirect_uri: near }).url);
      expect([seen.status, seen.left]).toEqual([400, undefined]);
    }
  });

  it('a callback completes only in the browser that consented', async () => {
    const { url } = authorizationRequest(cloud, client);
    const ada = new User(cloud);
    const atCallback: URL[] = [];
    const recorded = ada.request.bind(ada);
    ada.request = async (at, init) => {
      if (!at.pathname.startsWith('/callback/')) return recorded(at, init);
      atCallback.push(at);
      return new Response('not sent', { status: 200 });
    };
    await ada.signIn(url);
    const mallory = await new User(cloud, 'mallory').open(atCallback[0] ?? '');
    expect([400, 403]).toContain(mallory.status);
    expect(mallory.left).toBeUndefined();
    const response = await recorded(atCallback[0] ?? new URL('about:blank'));
    expect([302, 303]).toContain(response.status);
    expect(response.headers.get('location')).toContain('code=');
  });

  it('RFC 6749 §5.1: the token response is complete, and the access token works', async () => {
    const { status, headers, body } = await redeem(cloud, await obtainCode(cloud, client));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: expect.any(Number) });
    expect((await callMcp(cloud.mcpUrl, body.access_token)).status).toBe(200);
  });
});
