import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { UpstreamErrorReason } from '../../../lambdas/core/upstream/errors.ts';
import { IDENTIFY_TIMEOUT_MS, REQUEST_TIMEOUT_MS } from '../../../lambdas/runtime/adapters/upstream/bounded-fetch.ts';
import type { UpstreamCredentialsReader } from '../../../lambdas/runtime/adapters/upstream/credentials.ts';
import { DISCOVERY_TIMEOUT_MS } from '../../../lambdas/runtime/adapters/upstream/discovery.ts';
import { OidcIdentityProvider } from '../../../lambdas/runtime/adapters/upstream/oidc.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  MisbehavingProvider,
  sendJson,
} from '../../support/providers/misbehaving-provider.ts';

const LEG = { state: 'the-state', nonce: 'the-nonce', codeVerifier: 'v'.repeat(43) };
const REDIRECT_URI = 'https://gate.example.com/callback/company';
const NOW = () => Math.floor(Date.now() / 1000);

let provider: MisbehavingProvider;
beforeAll(async () => {
  provider = await MisbehavingProvider.start();
});
beforeEach(() => {
  provider.reset();
  provider.nonce = LEG.nonce;
});
afterAll(() => provider.stop());

const credentials = (
  secret = CLIENT_SECRET,
  fresh = secret,
): UpstreamCredentialsReader & { readAgainCount: number } => ({
  readAgainCount: 0,
  read: async () => ({ clientId: CLIENT_ID, clientSecret: secret }),
  async readAgain() {
    this.readAgainCount += 1;
    return { clientId: CLIENT_ID, clientSecret: fresh };
  },
});

const relyingParty = (reader = credentials(), scopes = ['openid', 'email', 'profile'], now = NOW) =>
  new OidcIdentityProvider(
    { id: 'company', kind: 'oidc', issuer: provider.issuer, scopes, claims: [], redirectUri: REDIRECT_URI },
    reader,
    now,
  );

const callback = (overrides: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams({ code: 'upstream-code', state: LEG.state, ...overrides });

const logIn = (parameters = callback(), idp = relyingParty()) => idp.identify(parameters, LEG);
const identify = async (...login: Parameters<typeof logIn>) => (await logIn(...login)).identity;

const expectReason = (result: Promise<unknown>, reason: UpstreamErrorReason) =>
  expect(result).rejects.toMatchObject({ name: 'UpstreamError', reason });

describe('OpenID provider as upstream (OpenID Connect Core §3.1)', () => {
  it('sends people there with our own state, nonce and PKCE, and nothing else', async () => {
    const url = await relyingParty().authorizationUrl(LEG);
    expect(`${url.origin}${url.pathname}`).toBe(`${provider.issuer}/auth`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: REDIRECT_URI,
      scope: 'openid email profile',
      state: LEG.state,
      nonce: LEG.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    const other = await relyingParty().authorizationUrl(LEG, { selectAccount: true });
    expect(other.searchParams.get('prompt')).toBe('select_account');
  });

  it('tells who logged in, and asks userinfo nothing that it knows', async () => {
    expect(await identify()).toEqual({
      identityProviderId: 'company',
      issuer: provider.issuer,
      subject: 'person-1',
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada Lovelace',
    });
    expect(provider.seen('/userinfo')).toHaveLength(0);
    const sent = new URLSearchParams(provider.seen('/token')[0]?.body);
    expect(Object.fromEntries(sent)).toEqual({
      grant_type: 'authorization_code',
      code: 'upstream-code',
      redirect_uri: REDIRECT_URI,
      code_verifier: LEG.codeVerifier,
    });
  });

  it('sends the secret in the body where the provider takes no other way', async () => {
    provider.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    await identify();
    expect(provider.seen('/token')[0]).toMatchObject({
      authorization: undefined,
      body: expect.stringContaining('client_secret='),
    });
  });

  it('keeps discovery and keys in memory', async () => {
    const idp = relyingParty();
    await identify(callback(), idp);
    await identify(callback(), idp);
    expect([provider.seen('/.well-known/openid-configuration').length, provider.seen('/jwks').length]).toEqual([1, 1]);
  });

  it('#164 goes on with the last good discovery document while the provider has none', async () => {
    let now = NOW();
    const idp = relyingParty(credentials(), undefined, () => now);
    await idp.prepare();
    provider.answers.set('/.well-known/openid-configuration', (response) => sendJson(response, 500, {}));
    now += 7200;
    await idp.prepare();
    now += 86_400;
    await expect(idp.prepare()).rejects.toThrow(UnavailableError);
  });
});

describe('E-mail and name (OpenID Connect Core §5)', () => {
  it('come from userinfo where the ID token lacks them', async () => {
    provider.claims = { email: undefined, email_verified: undefined, name: undefined };
    provider.userInfo = { sub: 'person-1', email: 'ada@example.org', email_verified: true, name: 'Ada' };
    expect(await identify()).toMatchObject({ email: 'ada@example.org', emailVerified: true, name: 'Ada' });
  });

  it('#153 never from a userinfo about somebody else', async () => {
    provider.claims = { email: undefined };
    provider.userInfo = { sub: 'person-2', email: 'eve@example.com', email_verified: true };
    await expectReason(identify(), 'rejected');
  });

  it.each(['true', 1, 'false', false, null, undefined, {}])(
    '#155 email_verified: %j does not count',
    async (email_verified) => {
      provider.claims = { email_verified };
      provider.userInfo = { sub: 'person-1', email: 'ada@example.com', email_verified };
      expect(await identify()).toMatchObject({ emailVerified: false });
    },
  );

  it('#155 an address of one document is not verified by the other', async () => {
    provider.claims = { email: 'eve@example.com', email_verified: undefined };
    provider.userInfo = { sub: 'person-1', email_verified: true };
    expect(await identify()).toMatchObject({ emailVerified: false });
  });

  it.each(['a b@example.com', 'a@b@c', 'x', '', 'a\n@example.com', 7, `${'x'.repeat(320)}@example.com`])(
    'an address like %j is none',
    async (email) => {
      provider.claims = { email };
      expect(await identify()).not.toHaveProperty('email');
    },
  );

  it('#120 a name comes without controls and of bounded length', async () => {
    provider.claims = { name: `A\r\nd\u202Ea${'x'.repeat(5000)}` };
    const { name = '' } = await identify();
    expect(name).toMatch(/^Adax+$/);
    expect(name).toHaveLength(200);
  });

  it('an outage of userinfo is an outage', async () => {
    provider.claims = { email: undefined };
    provider.answers.set('/userinfo', (response) => sendJson(response, 503, {}));
    await expect(identify()).rejects.toThrow(UnavailableError);
  });
});

describe('An ID token that is not to be trusted (OpenID Connect Core §3.1.3.7)', () => {
  it.each([
    ['#149 another issuer', { iss: 'https://evil.test' }],
    ['#149 the issuer with a slash', { iss: 'http://localhost/' }],
    ['#150 another audience', { aud: 'other' }],
    ['#150 several audiences and no azp', { aud: [CLIENT_ID, 'other'] }],
    ['#150 another azp', { aud: [CLIENT_ID, 'other'], azp: 'other' }],
    ['#151 no nonce', { nonce: undefined }],
    ['#151 another nonce', { nonce: 'other' }],
    ['#152 expired', { exp: NOW() - 61 }],
    ['#152 no expiry', { exp: undefined }],
    ['#152 an expiry as text', { exp: '9999999999' }],
    ['#152 not yet valid', { nbf: NOW() + 120 }],
    ['#152 from the future', { iat: NOW() + 120 }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject that is too long', { sub: 'x'.repeat(256) }],
    ['a subject that is a number', { sub: 7 }],
  ])('%s', async (_, claims) => {
    provider.claims = claims;
    await expectReason(identify(), 'rejected');
  });

  it.each([
    ['a minute of skew', { exp: NOW() - 30, iat: NOW() + 30 }],
    ['our azp beside another audience', { aud: [CLIENT_ID, 'other'], azp: CLIENT_ID }],
  ])('but %s is fine', async (_, claims) => {
    provider.claims = claims;
    expect(await identify()).toMatchObject({ subject: 'person-1' });
  });

  const withSignature = async (sign: MisbehavingProvider['sign']) => {
    const original = provider.sign;
    provider.sign = sign;
    try {
      await expectReason(identify(), 'rejected');
    } finally {
      provider.sign = original;
    }
  };

  it('#148 alg none', () => withSignature(async (claims) => new UnsecuredJWT(claims).encode()));

  it('#148 HS256 with our own secret', () =>
    withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET.padEnd(32))),
    ));

  it('#148 HS256, also where the provider says that it signs so', async () => {
    provider.metadata = { id_token_signing_alg_values_supported: ['HS256', 'none'] };
    await withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(CLIENT_SECRET.padEnd(32))),
    );
  });

  it('#148 the signature of another key under the known name, and with the key brought along', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    await withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', jwk }).sign(privateKey),
    );
  });

  it('#148 an unknown key', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    await withSignature((claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k2' }).sign(privateKey),
    );
  });

  it('#163 no ID token, no token type, no access token', async () => {
    const whole = {
      access_token: 'a',
      token_type: 'Bearer',
      id_token: await provider.sign(provider.goodClaims(LEG.nonce)),
    };
    for (const missing of ['access_token', 'token_type', 'id_token']) {
      provider.answers.set('/token', (response) => sendJson(response, 200, { ...whole, [missing]: undefined }));
      await expectReason(identify(), 'rejected');
    }
  });
});

describe('An authorization response that is not right', () => {
  it.each([
    ['another state', { state: 'other' }, 'rejected'],
    ['#146 iss of another provider (RFC 9207)', { iss: 'https://evil.test' }, 'rejected'],
    ['a hybrid answer', { id_token: 'x' }, 'rejected'],
    ['access_denied', { error: 'access_denied' }, 'denied'],
    ['login_required', { error: 'login_required' }, 'denied'],
    ['invalid_scope', { error: 'invalid_scope' }, 'misconfigured'],
    ['an error that nobody has defined', { error: 'x<script>' }, 'rejected'],
    ['server_error', { error: 'server_error' }, 'unavailable'],
    ['temporarily_unavailable', { error: 'temporarily_unavailable' }, 'unavailable'],
  ] as const)('%s is %s, and from the browser', async (_, parameters, reason) => {
    await expect(identify(callback(parameters))).rejects.toMatchObject({ reason, isFromBrowser: true });
    expect(provider.seen('/token')).toHaveLength(0);
  });

  it('a code that the provider refuses is from the browser, a client that it refuses is not', async () => {
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_grant' }));
    await expect(identify()).rejects.toMatchObject({ reason: 'rejected', isFromBrowser: true });
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_client' }));
    await expect(identify()).rejects.toMatchObject({ reason: 'misconfigured', isFromBrowser: false });
  });

  it('#146 no iss, where the provider promises one', async () => {
    provider.metadata = { authorization_response_iss_parameter_supported: true };
    await expectReason(identify(), 'rejected');
    expect(await identify(callback({ iss: provider.issuer }))).toMatchObject({ subject: 'person-1' });
  });
});

describe('A provider in trouble', () => {
  it.each([
    ['500', (response) => sendJson(response, 500, { error: 'server_error' })],
    ['429', (response) => sendJson(response, 429, { error: 'slow_down' })],
    ['502 with a page', (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')],
    ['200 with a page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['200 with nothing', (response) => void response.writeHead(200).end()],
    [
      'broken JSON',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":"canary'),
    ],
    ['a closed connection', (response) => void response.destroy()],
    [
      'more than 1 MB',
      (response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(`"${'x'.repeat(1_100_000)}"`),
    ],
  ] satisfies [string, Parameters<MisbehavingProvider['answers']['set']>[1]][])(
    '#162 %s: unavailable, and no word of its answer in ours',
    async (_, answer) => {
      provider.answers.set('/token', answer);
      const error = await identify().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UnavailableError);
      const chain: string[] = [];
      for (let current = error; current instanceof Error; current = current.cause) chain.push(current.message);
      expect(chain.join(' ')).not.toMatch(/canary|<html/);
    },
  );

  it('#166 a redirect of the token request is not followed', async () => {
    provider.answers.set('/token', (response) => void response.writeHead(307, { location: '/elsewhere' }).end());
    await expect(identify()).rejects.toThrow(UnavailableError);
    expect(provider.seen('/elsewhere')).toHaveLength(0);
  });

  it('#161 a hanging answer is given up after five seconds', async () => {
    provider.answers.set(
      '/token',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    );
    // The answer never ends, so that only the limit can end the request.
    expect(REQUEST_TIMEOUT_MS).toBe(5000);
    await expect(identify()).rejects.toThrow(UnavailableError);
  });

  it('#161 discovery and all requests of a login together take less than ten seconds', () => {
    expect(REQUEST_TIMEOUT_MS).toBeLessThanOrEqual(IDENTIFY_TIMEOUT_MS);
    expect(DISCOVERY_TIMEOUT_MS + IDENTIFY_TIMEOUT_MS).toBeLessThan(10_000);
  });

  it('a refused code is a refusal', async () => {
    provider.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_grant' }));
    await expectReason(identify(), 'rejected');
  });

  it.each([
    ['#165 another issuer', { issuer: 'https://evil.test' }],
    ['#165 no token endpoint', { token_endpoint: undefined }],
    ['#165 an endpoint that is no URL', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('discovery with %s is refused', async (_, metadata) => {
    provider.metadata = metadata;
    await expectReason(relyingParty().prepare(), 'rejected');
  });

  it('#165 discovery that is down or a page is an outage', async () => {
    for (const status of [500, 404, 302]) {
      provider.answers.set('/.well-known/openid-configuration', (response) => void response.writeHead(status).end('x'));
      await expect(relyingParty().prepare()).rejects.toThrow(UnavailableError);
    }
  });
});

describe('Our secret at the provider (catalogue #167)', () => {
  it('is read again once when it is refused, and the login goes on', async () => {
    provider.secret = 'rotated';
    const reader = credentials(CLIENT_SECRET, 'rotated');
    expect(await identify(callback(), relyingParty(reader))).toMatchObject({ subject: 'person-1' });
    expect([reader.readAgainCount, provider.seen('/token').length]).toEqual([1, 2]);
  });

  it('is not sent a second time when nothing changed', async () => {
    provider.secret = 'other';
    const reader = credentials();
    await expectReason(identify(callback(), relyingParty(reader)), 'misconfigured');
    expect([reader.readAgainCount, provider.seen('/token').length]).toEqual([1, 1]);
  });

  it('and is not tried for ever', async () => {
    provider.secret = 'other';
    await expectReason(identify(callback(), relyingParty(credentials(CLIENT_SECRET, 'also wrong'))), 'misconfigured');
    expect(provider.seen('/token')).toHaveLength(2);
  });
});
