import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import type { Grant } from '../../lambdas/core/grants/grant.ts';
import { withMark } from '../../lambdas/core/grants/not-before.ts';
import { endpoint } from '../../lambdas/runtime/http/endpoint.ts';
import { userinfoHandler } from '../../lambdas/userinfo/handler.ts';
import { newTestKey, signedJwt } from '../support/credentials/signing-key.ts';
import { ISSUER, NOW, testGrant } from '../support/memory/records.ts';
import { startTokenEndpoint } from '../support/memory/token-endpoint.ts';

let server: ReturnType<typeof startTokenEndpoint>;
let handler: ReturnType<typeof endpoint>;
beforeEach(() => {
  server = startTokenEndpoint();
  const { grants, keyRings, clock, log } = server;
  const deps = { issuer: ISSUER, grants, keyRings, now: () => clock.now, log };
  handler = endpoint(userinfoHandler(deps), { log, cors: true });
});

const send = async (authorization: string | string[] | undefined, event: Partial<APIGatewayProxyEvent> = {}) => {
  const result = await handler(
    {
      httpMethod: 'GET',
      path: '/userinfo',
      body: null,
      multiValueHeaders: authorization === undefined ? {} : { Authorization: [authorization].flat() },
      multiValueQueryStringParameters: null,
      requestContext: { requestId: 'request-1' },
      ...event,
    } as APIGatewayProxyEvent,
    {} as Context,
  );
  return { status: result.statusCode, headers: result.headers, body: JSON.parse(result.body) };
};
const ask = (token: string) => send(`Bearer ${token}`);
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
const tokenWith = async (scopes: readonly string[], grant: Partial<Grant> = {}) =>
  (await server.signedIn({}, { scopes, ...grant })).accessToken;

describe('UserInfo endpoint (OpenID Connect Core §5.3)', () => {
  it.each([
    [['mcp'], {}],
    [['mcp', 'email'], { email: 'ada@example.com', email_verified: true }],
    [['mcp', 'profile'], { name: 'Ada Lovelace' }],
    [['mcp', 'email', 'profile'], { email: 'ada@example.com', email_verified: true, name: 'Ada Lovelace' }],
  ])('§5.4: scopes %j return sub and %j', async (scopes, claims) => {
    const token = await tokenWith(scopes);
    const { status, headers, body } = await ask(token);
    expect(status).toBe(200);
    expect(body).toEqual({ sub: 'subject-of-ada', ...claims });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    });
  });

  it('§5.3.1: by POST as well', async () => {
    const token = await tokenWith(['mcp']);
    expect(await send(`bearer ${token}`, { httpMethod: 'POST', body: '' })).toMatchObject({ status: 200 });
  });

  it('#153 §5.3.2: sub is the sub of the token', async () => {
    const token = await tokenWith(['mcp']);
    expect((await ask(token)).body.sub).toBe(claimsOf(token).sub);
  });

  it('returns claims for the scopes of the token, not of the grant', async () => {
    const session = await server.signedIn({}, { scopes: ['mcp', 'email', 'profile'] });
    const fields = { ...server.refresh(session.client, session.refreshToken), scope: 'mcp' };
    const narrowed = String((await server.post(fields)).body.access_token);
    expect((await ask(narrowed)).body).toEqual({ sub: 'subject-of-ada' });
  });

  it('reports an unverified address as unverified', async () => {
    const { identity } = testGrant();
    const token = await tokenWith(['mcp', 'email'], { identity: { ...identity, emailVerified: false } });
    expect((await ask(token)).body).toMatchObject({ email: 'ada@example.com', email_verified: false });
  });

  it('costs one read and no write', async () => {
    const token = await tokenWith(['mcp']);
    const before = [server.grants.reads, server.grants.writes];
    await ask(token);
    expect([server.grants.reads, server.grants.writes]).toEqual([(before[0] ?? 0) + 1, before[1]]);
  });

  it('RFC 6750 §3.1: a revoked or expired token is 401 invalid_token', async () => {
    const session = await server.signedIn();
    await server.grants.revokeGrant(session.grantId);
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"', 'cache-control': 'no-store' };
    const refused = { status: 401, headers: challenge, body: { error: 'invalid_token' } };
    expect(await ask(session.accessToken)).toMatchObject(refused);
    const other = await tokenWith(['mcp']);
    server.clock.now = NOW + 3600;
    expect(await ask(other)).toMatchObject(refused);
  });

  it('garbage, forged, another kind of token: 401 invalid_token', async () => {
    const { accessToken, refreshToken } = await server.signedIn();
    const claims = claimsOf(accessToken);
    for (const token of [
      'garbage',
      refreshToken,
      `${accessToken.slice(0, -6)}AAAAAA`,
      signedJwt(newTestKey(), claims),
      signedJwt(server.key, { ...claims, iss: 'https://evil.test' }),
      signedJwt(server.key, claims, { alg: 'RS256', typ: 'JWT', kid: server.key.publicJwk.kid }),
      signedJwt(server.key, { ...claims, grant_id: 'A'.repeat(22) }),
    ]) {
      expect(await ask(token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    }
  });

  it('RFC 6750 §2: accepts only one token, in the header', async () => {
    const token = await tokenWith(['mcp']);
    const query = { multiValueQueryStringParameters: { access_token: [token] } };
    const form = { httpMethod: 'POST', body: `access_token=${token}` };
    for (const answer of [
      await send(undefined),
      await send(undefined, query),
      await send(undefined, form),
      await send(`Basic ${token}`),
      await send([`Bearer ${token}`, `Bearer ${token}`]),
      await send(`Bearer ${token} ${token}`),
    ]) {
      // RFC 6750 §3.1: without a token, the challenge has no error.
      expect(answer).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
      expect(answer.body.error_description).toContain('Send one access token');
    }
  });

  it('RFC 6750 §3.1: a client credentials token is 403 insufficient_scope', async () => {
    const { grant_id: _, idp: __, ...claims } = claimsOf(await tokenWith(['mcp', 'email']));
    const token = signedJwt(server.key, { ...claims, sub: claims.client_id });
    expect(await ask(token)).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
      body: { error: 'insufficient_scope' },
    });
  });

  it('#230 a token issued before a not-before mark is 401', async () => {
    const token = await tokenWith(['mcp']);
    const ring = server.keyRings.ring;
    if (ring) server.keyRings.ring = { ...ring, notBefore: withMark(undefined, { subject: 'subject-of-ada' }, NOW) };
    expect(await ask(token)).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });

  it.each(['grants', 'keyRings'] as const)('a fault of the %s store is 503, never 401', async (store) => {
    const token = await tokenWith(['mcp']);
    server[store].failing = true;
    expect(await ask(token)).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
  });
});
