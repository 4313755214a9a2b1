import type { Client } from '../../../lambdas/core/clients/client.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { TokenDeps } from '../../../lambdas/token/grant-type.ts';
import { basic } from '../../support/http/post-form.ts';
import { ISSUER, NOW, RESOURCE } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

/** Neither expires nor can be registered. */
const MACHINE: Partial<Client> = {
  clientId: 'nightly-report',
  source: 'configured',
  redirectUris: [],
  grantTypes: ['client_credentials'],
  tokenEndpointAuthMethods: ['client_secret_basic'],
  clientSecretId: 'secret-of-nightly-report',
  scopes: ['mcp:write', 'extra'],
};
const SECRET = 'the secret';

const startedWith = async (client: Partial<Client> = {}, overrides: Partial<TokenDeps> = {}) => {
  const server = startTokenEndpoint({
    verifySecret: async (id, presented) => id === 'secret-of-nightly-report' && presented === SECRET,
    ...overrides,
  });
  const stored = await server.registered({ ...MACHINE, ...client });
  const writesBefore = server.grants.writes + server.clients.writes;
  const ask = (fields: Record<string, string> = {}, secret = SECRET) =>
    server.post({ grant_type: 'client_credentials', ...fields }, { authorization: basic(stored.clientId, secret) });
  const writes = () => server.grants.writes + server.clients.writes - writesBefore;
  return { ...server, stored, ask, writes };
};

const claimsOf = (accessToken: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(accessToken).split('.')[1] ?? '', 'base64url').toString());

describe('Client credentials grant (RFC 6749 §4.4, io.modelcontextprotocol/oauth-client-credentials)', () => {
  it('§4.4.3: an access token, no refresh token, and nothing is stored', async () => {
    const server = await startedWith();
    const { status, headers, body } = await server.ask();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'mcp:write extra',
    });
    expect([server.writes(), server.grants.reads, server.signer.calls]).toEqual([0, 0, 1]);
    expect(server.events).toEqual([
      {
        event: 'token_issued',
        fields: {
          requestId: 'request-1',
          clientId: 'nightly-report',
          clientAuthMethod: 'client_secret_basic',
          hasRefreshToken: false,
        },
      },
    ]);
  });

  it('RFC 9068 §2.2: the subject is the client, and the token has no user data', async () => {
    const { body } = await (await startedWith({ scopes: ['mcp', 'email', 'profile'] })).ask();
    expect(claimsOf(body.access_token)).toEqual({
      iss: ISSUER,
      sub: 'nightly-report',
      aud: RESOURCE,
      client_id: 'nightly-report',
      scope: 'mcp email profile',
      iat: NOW,
      exp: NOW + 3600,
      jti: expect.any(String),
    });
  });

  it.each([
    ['a suffix', 'extra', 'extra'],
    ['what one of its own implies', 'mcp', 'mcp'],
    ['what says nothing about an access token', 'offline_access openid', 'mcp:write extra'],
  ])('§4.4.2: narrows to %s', async (_, scope, granted) => {
    const { body } = await (await startedWith()).ask({ scope });
    expect(body.scope).toBe(granted);
  });

  it('§5.2: a scope beyond its own is invalid_scope', async () => {
    const server = await startedWith();
    expect(await server.ask({ scope: 'mcp admin' })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect(server.signer.calls).toBe(0);
  });

  it('RFC 8707 §2: accepts the named resource, or the sole one by default, and no other', async () => {
    const server = await startedWith();
    for (const resource of [RESOURCE, `${RESOURCE}/`, RESOURCE.replace('https', 'HTTPS')]) {
      expect(claimsOf((await server.ask({ resource })).body.access_token).aud).toBe(RESOURCE);
    }
    expect(await server.ask({ resource: `${ISSUER}/other` })).toMatchObject({ body: { error: 'invalid_target' } });

    const two = await startedWith({}, { resources: [RESOURCE, `${ISSUER}/other`] });
    expect(await two.ask()).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    expect(claimsOf((await two.ask({ resource: `${ISSUER}/other` })).body.access_token).aud).toBe(`${ISSUER}/other`);
  });

  it('accepts an assertion as well, and then needs no client_id (RFC 7523 §2.2)', async () => {
    const seen: string[] = [];
    const server = await startedWith(
      { tokenEndpointAuthMethods: ['private_key_jwt'], jwks: { keys: [] } },
      { verifyAssertion: async (client) => void seen.push(client.clientId) },
    );
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const answer = await server.post({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${part({ alg: 'ES256' })}.${part({ sub: 'nightly-report' })}.AAAA`,
    });
    expect(answer.status).toBe(200);
    expect(seen).toEqual(['nightly-report']);
  });

  it('#53: a wrong secret, or none', async () => {
    const server = await startedWith();
    const form = { grant_type: 'client_credentials', client_id: 'nightly-report' };
    for (const answer of [
      await server.ask({}, 'wrong'),
      await server.post(form),
      await server.post({ ...form, client_secret: 'wrong' }),
    ]) {
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
    expect(server.signer.calls).toBe(0);
  });

  it('#62 §5.2: no client that registered itself, and none without authentication', async () => {
    const fields = { grant_type: 'client_credentials' };
    const server = startTokenEndpoint({ verifySecret: async () => true });
    const secret = { tokenEndpointAuthMethods: ['client_secret_post'], clientSecretId: 's' } as const;
    for (const client of [
      { grantTypes: ['authorization_code'] },
      { grantTypes: ['client_credentials'], source: 'registered' },
      { grantTypes: ['client_credentials'], source: 'document' },
    ] as const) {
      const { clientId } = await server.registered({ ...client, ...secret });
      const answer = await server.post({ ...fields, client_id: clientId, client_secret: 'any' });
      expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    }
    const { clientId } = await server.registered({ source: 'configured', grantTypes: ['client_credentials'] });
    const answer = await server.post({ ...fields, client_id: clientId });
    expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    expect(server.signer.calls).toBe(0);
  });

  it('a machine client cannot use the grants of users', async () => {
    const server = await startedWith();
    const headers = { authorization: basic('nightly-report', SECRET) };
    const answer = await server.post({ grant_type: 'authorization_code', code: 'x', code_verifier: 'x' }, headers);
    expect(answer).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
  });

  it('a fault of Secrets Manager or KMS is 503 with Retry-After', async () => {
    const failing = async () => {
      throw new UnavailableError('Secrets Manager');
    };
    const server = await startedWith({}, { verifySecret: failing });
    expect(await server.ask()).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    const other = await startedWith();
    other.signer.fault = new UnavailableError('KMS');
    expect(await other.ask()).toMatchObject({ status: 503 });
  });
});
