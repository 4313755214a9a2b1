import { sha256 } from '../../../lambdas/core/crypto.ts';
import { newAuthorizationCode } from '../../../lambdas/core/grants/authorization-code.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { verifyAccessToken } from '../../../lambdas/core/tokens/access-token.ts';
import { basic } from '../../support/http/post-form.ts';
import { ISSUER, NOW, REFRESH_LIFETIMES, RESOURCE } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

let server: ReturnType<typeof startTokenEndpoint>;
beforeEach(() => {
  server = startTokenEndpoint();
});

const verified = (token: unknown) =>
  verifyAccessToken(String(token), async () => server.key.publicJwk, { issuer: ISSUER, audience: RESOURCE, now: NOW });

describe('Token endpoint, authorization_code (RFC 6749 §4.1.3)', () => {
  it('§5.1: returns tokens, their lifetime and scope, with no-store', async () => {
    const client = await server.registered();
    const { code, grantId } = await server.issueCode(client);
    const answer = await server.post({ ...server.redemption(client, code), resource: RESOURCE });
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store', pragma: 'no-cache' } });
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: expect.stringMatching(/^gh_rt_/),
      scope: 'mcp email',
    });
    expect(await verified(answer.body.access_token)).toMatchObject({
      sub: 'subject-of-ada',
      client_id: client.clientId,
      grant_id: grantId,
      scope: 'mcp email',
      email: 'ada@example.com',
      iat: NOW,
      exp: NOW + 3600,
    });
    expect(server.names()).toEqual(['code_redeemed', 'token_issued']);
  });

  it('design §6: one round trip of reads, one Sign, one write', async () => {
    const client = await server.registered();
    const { code } = await server.issueCode(client);
    server.clients.writes = 0;
    server.grants.writes = 0;
    await server.post(server.redemption(client, code));
    expect([server.clients.reads, server.grants.reads, server.signer.calls]).toEqual([1, 1, 1]);
    expect([server.clients.writes, server.grants.writes]).toEqual([0, 1]);
  });

  it('the row lives as long as the refresh family, and stores the client’s authentication method', async () => {
    const { grantId } = await server.signedIn();
    expect(server.grants.rows.get(grantId)).toMatchObject({
      status: 'redeemed',
      clientAuthMethod: 'none',
      expiresAt: NOW + REFRESH_LIFETIMES.idleSeconds,
    });
  });

  it('a client without the refresh_token grant type gets no refresh token', async () => {
    const client = await server.registered({ grantTypes: ['authorization_code'] });
    const { code, grantId } = await server.issueCode(client);
    const { body } = await server.post(server.redemption(client, code));
    expect(body).not.toHaveProperty('refresh_token');
    expect(server.grants.rows.get(grantId)).toMatchObject({ status: 'redeemed', expiresAt: NOW + 3600 });
    expect(server.grants.rows.get(grantId)?.family).toBeUndefined();
  });

  it('redirect_uri may be absent (OAuth 2.1 §10.2)', async () => {
    const client = await server.registered();
    const { code } = await server.issueCode(client);
    const answer = await server.post({ ...server.redemption(client, code), redirect_uri: undefined });
    expect(answer.status).toBe(200);
  });

  it.each(['client_secret_post', 'client_secret_basic'] as const)(
    'authenticates by %s, and A10 by the other secret method',
    async (method) => {
      const client = await server.registered({ tokenEndpointAuthMethods: [method], clientSecretHash: sha256('s e:c') });
      const redeem = async (fields: Record<string, string | undefined>, headers = {}) => {
        const { code, grantId } = await server.issueCode(client);
        return { answer: await server.post({ ...server.redemption(client, code), ...fields }, headers), grantId };
      };
      const byPost = await redeem({ client_secret: 's e:c' });
      const byBasic = await redeem({ client_id: undefined }, { authorization: basic(client.clientId, 's e:c') });
      const byNone = await redeem({});
      expect([byPost.answer.status, byBasic.answer.status]).toEqual([200, 200]);
      expect(byNone.answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect(byNone.answer.body.error_description).not.toMatch(/register/i);
      const methodOf = ({ grantId }: typeof byPost) => server.grants.rows.get(grantId)?.clientAuthMethod;
      expect([byPost, byBasic].map(methodOf)).toEqual(['client_secret_post', 'client_secret_basic']);
    },
  );

  it('#55, §5.2: 401 after Basic has a Basic challenge', async () => {
    const fields = { grant_type: 'refresh_token', refresh_token: 'x' };
    const answer = await server.post(fields, { authorization: basic('unknown', 'secret') });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(answer.headers['www-authenticate']).toMatch(/^Basic/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  describe('an invalid request uses up nothing: the valid request works afterwards', () => {
    it.each([
      ['A11, #32 no verifier', { code_verifier: undefined }, 400, 'invalid_request'],
      ['A11, #32 empty verifier', { code_verifier: '' }, 400, 'invalid_request'],
      ['wrong verifier', { code_verifier: 'x'.repeat(43) }, 400, 'invalid_grant'],
      ['#18 other redirect_uri', { redirect_uri: 'http://127.0.0.1:51001/callback' }, 400, 'invalid_grant'],
      ['#70 other resource', { resource: 'https://other.test/mcp' }, 400, 'invalid_target'],
      ['#70 a resource that is not a URL', { resource: 'mcp' }, 400, 'invalid_target'],
      ['#68 wider scope', { scope: 'mcp profile' }, 400, 'invalid_scope'],
      ['A11, #52 no client_id', { client_id: undefined }, 400, 'invalid_request'],
      ['unknown client', { client_id: 'unknown' }, 401, 'invalid_client'],
      ['#62 unknown grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
      ['no grant type', { grant_type: undefined }, 400, 'invalid_request'],
      ['A11 no code', { code: undefined }, 400, 'invalid_request'],
    ])('%s', async (name, change, status, error) => {
      const client = await server.registered();
      const { code } = await server.issueCode(client);
      const refused = await server.post({ ...server.redemption(client, code), ...change });
      expect(refused).toMatchObject({ status, body: { error, request_id: 'request-1' } });
      expect(refused.headers['cache-control']).toBe('no-store');
      if (name.startsWith('A11')) expect(refused.body.error_description).toContain(Object.keys(change)[0]);
      expect((await server.post(server.redemption(client, code))).status).toBe(200);
    });

    it('A10: a public client that sends a secret is public', async () => {
      const client = await server.registered();
      const { code, grantId } = await server.issueCode(client);
      expect((await server.post({ ...server.redemption(client, code), client_secret: 's' })).status).toBe(200);
      expect(server.grants.rows.get(grantId)?.clientAuthMethod).toBe('none');
    });

    it('#73: several resources', async () => {
      const client = await server.registered();
      const { code } = await server.issueCode(client);
      const body = new URLSearchParams(server.redemption(client, code));
      body.append('resource', RESOURCE);
      body.append('resource', 'https://other.test/mcp');
      expect(await server.post(String(body))).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
      expect((await server.post(server.redemption(client, code))).status).toBe(200);
    });

    it('#43: another client', async () => {
      const [client, other] = [await server.registered(), await server.registered()];
      const { code } = await server.issueCode(client);
      expect(await server.post(server.redemption(other, code))).toMatchObject({ body: { error: 'invalid_grant' } });
      expect((await server.post(server.redemption(client, code))).status).toBe(200);
    });

    it('#49, #50, #67: a KMS fault is 503 with Retry-After', async () => {
      const client = await server.registered();
      const { code } = await server.issueCode(client);
      server.signer.fault = new UnavailableError('KMS');
      const refused = await server.post(server.redemption(client, code));
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
      server.signer.fault = undefined;
      expect((await server.post(server.redemption(client, code))).status).toBe(200);
    });

    it.each(['clients', 'grants', 'keyRings'] as const)('#67: a fault of the %s store is 503', async (store) => {
      const client = await server.registered();
      const { code } = await server.issueCode(client);
      server[store].failing = true;
      const refused = await server.post(server.redemption(client, code));
      expect(refused).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      server[store].failing = false;
      expect((await server.post(server.redemption(client, code))).status).toBe(200);
    });
  });

  it('§5.2: a client of another grant type is unauthorized_client', async () => {
    const client = await server.registered({ grantTypes: ['refresh_token'] });
    const { code } = await server.issueCode(client);
    expect(await server.post(server.redemption(client, code))).toMatchObject({
      body: { error: 'unauthorized_client' },
    });
  });

  it('#44: an expired code whose row is still there', async () => {
    const client = await server.registered();
    const { code } = await server.issueCode(client);
    server.clock.now += 60;
    expect(await server.post(server.redemption(client, code))).toMatchObject({ body: { error: 'invalid_grant' } });
  });

  it('#47: a code without a grant, and text that is no code', async () => {
    const { client, refreshToken, accessToken } = await server.signedIn();
    for (const code of [newAuthorizationCode('A'.repeat(22)).code, refreshToken, accessToken, 'x', '\u0000']) {
      const answer = await server.post(server.redemption(client, code));
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
    expect((await server.post(server.refresh(client, refreshToken))).status).toBe(200);
  });

  it('#40: of 50 requests that loaded the unredeemed code one wins, and the others revoke nothing', async () => {
    for (let round = 0; round < 20; round += 1) {
      const client = await server.registered();
      const { code } = await server.issueCode(client);
      const answers = await Promise.all(Array.from({ length: 50 }, () => server.post(server.redemption(client, code))));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe('invalid_grant');
      expect((await server.post(server.refresh(client, winners[0]?.body.refresh_token))).status).toBe(200);
    }
    expect(server.names()).not.toContain('code_replayed');
  });

  it('#65, #86: no response and no log line contains a secret', async () => {
    const { client, code, refreshToken, accessToken } = await server.signedIn();
    server.clock.now += 10;
    const replay = await server.post(server.redemption(client, code));
    const told = JSON.stringify(server.events) + replay.text;
    for (const secret of [code, refreshToken, accessToken, code.split('.')[1], refreshToken.split('.')[2]]) {
      expect(told).not.toContain(secret);
    }
  });
});
