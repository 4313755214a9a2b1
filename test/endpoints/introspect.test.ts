import { withMark } from '../../lambdas/core/grants/not-before.ts';
import { newTestKey, signedJwt } from '../support/credentials/signing-key.ts';
import { basic } from '../support/http/post-form.ts';
import { SECRET, startIntrospectionEndpoint } from '../support/memory/introspection-endpoint.ts';
import { ISSUER, NOW, RESOURCE } from '../support/memory/records.ts';

let server: Awaited<ReturnType<typeof startIntrospectionEndpoint>>;
beforeEach(async () => {
  server = await startIntrospectionEndpoint();
});

const INACTIVE = '{"active":false}';

describe('Introspection endpoint (RFC 7662)', () => {
  it('§2.2: describes an access token to its server, with one read of the grant', async () => {
    const { own, session } = server;
    const before = [server.grants.reads, server.grants.writes];
    const { status, headers, body } = await server.ask(own, session.accessToken);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(body).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: ISSUER,
      sub: 'subject-of-ada',
      aud: RESOURCE,
      client_id: session.client.clientId,
      scope: 'mcp email',
      iat: NOW,
      exp: NOW + 3600,
      jti: expect.any(String),
      email: 'ada@example.com',
    });
    expect([server.grants.reads, server.grants.writes]).toEqual([(before[0] ?? 0) + 1, before[1]]);
    expect(server.events.at(-1)).toEqual({
      event: 'token_introspected',
      fields: { requestId: 'request-1', clientId: 'resource-mcp', active: true },
    });
  });

  it.each(['access_token', 'refresh_token', 'unknown_type'])(
    '§2.1: needs no hint, and ignores the hint %s',
    async (hint) => {
      const session = await server.ownSession();
      for (const token of [session.accessToken, session.refreshToken]) {
        const { body } = await server.ask(session.client, token, { token_type_hint: hint });
        expect(body).toMatchObject({ active: true, client_id: session.client.clientId });
      }
    },
  );

  it('§2.2: a refresh token, to the client that it was issued to', async () => {
    const session = await server.ownSession();
    expect((await server.ask(session.client, session.refreshToken)).body).toEqual({
      active: true,
      iss: ISSUER,
      sub: 'subject-of-ada',
      aud: RESOURCE,
      client_id: session.client.clientId,
      scope: 'mcp email',
      iat: NOW,
      exp: NOW + 30 * 86_400,
    });
  });

  it('§4: the same bytes for a stranger, another server, and a server that asks about a refresh token', async () => {
    const { own, other, stranger, machine, session } = server;
    for (const [client, token] of [
      [stranger, session.accessToken],
      [stranger, session.refreshToken],
      [machine, session.accessToken],
      [other, session.accessToken],
      [other, session.refreshToken],
      [own, session.refreshToken],
      [own, 'garbage'],
      [stranger, 'garbage'],
    ] as const) {
      expect(await server.ask(client, token)).toMatchObject({ status: 200, text: INACTIVE });
    }
  });

  it('§4: a caller that may learn nothing costs the same reads as one that may learn everything', async () => {
    const { own, stranger, session } = server;
    for (const token of [session.accessToken, session.refreshToken]) {
      const costs = [];
      for (const client of [own, stranger]) {
        const before = server.grants.reads;
        await server.ask(client, token);
        costs.push(server.grants.reads - before);
      }
      expect(costs).toEqual([1, 1]);
    }
  });

  it('§2.1: no authentication, a public client, a wrong secret: 401, for live tokens and garbage alike', async () => {
    const { session, own, introspect } = server;
    for (const token of [session.accessToken, 'garbage']) {
      for (const fields of [
        { token },
        { token, client_id: session.client.clientId },
        { token, client_id: own.clientId },
        { token, client_id: own.clientId, client_secret: 'wrong' },
        { token, client_id: 'unknown', client_secret: SECRET },
      ]) {
        expect(await introspect(fields)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      }
    }
  });

  it('A34: a client of client_secret_post may send its secret by Basic (RFC 7591 §2)', async () => {
    const session = await server.ownSession();
    const by = (secret: string) =>
      server.introspect({ token: session.accessToken }, { authorization: basic(session.client.clientId, secret) });
    expect((await by(SECRET)).body).toMatchObject({ active: true });
    expect((await by('wrong')).status).toBe(401);
  });

  it('§2.1, A10: a public client that sends a secret is not authenticated', async () => {
    const { session, introspect } = server;
    const { clientId } = session.client;
    for (const answer of [
      await introspect({ token: session.accessToken, client_id: clientId, client_secret: 'x' }),
      await introspect({ token: session.accessToken }, { authorization: basic(clientId, '') }),
    ]) {
      expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    }
  });

  it('§2.1: no token is invalid_request', async () => {
    const { clientId } = server.own;
    const answer = await server.introspect({ client_id: clientId, client_secret: SECRET });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('§2.2: a revoked grant makes both tokens inactive at once', async () => {
    const session = await server.ownSession();
    await server.grants.revokeGrant(session.grantId);
    expect((await server.ask(server.own, session.accessToken)).text).toBe(INACTIVE);
    expect((await server.ask(session.client, session.accessToken)).text).toBe(INACTIVE);
    expect((await server.ask(session.client, session.refreshToken)).text).toBe(INACTIVE);
  });

  it('#230 a not-before mark makes only the tokens that it applies to inactive', async () => {
    const { ask, ownSession, keyRings } = server;
    const { client, accessToken, refreshToken } = await ownSession();
    const ring = keyRings.ring ?? { version: 0, keys: [] };
    for (const [clientId, active] of [
      ['another', true],
      [client.clientId, false],
    ] as const) {
      keyRings.ring = { ...ring, notBefore: withMark(undefined, { clientId }, NOW) };
      for (const token of [accessToken, refreshToken]) expect((await ask(client, token)).body.active).toBe(active);
    }
  });

  it('§2.2: expired, of another issuer or key, of another type, or forged: inactive', async () => {
    const { own, session, key } = server;
    const claims = JSON.parse(Buffer.from(session.accessToken.split('.')[1] ?? '', 'base64url').toString());
    for (const token of [
      `${session.accessToken.slice(0, -6)}AAAAAA`,
      signedJwt(newTestKey(), claims),
      signedJwt(key, { ...claims, iss: 'https://evil.test' }),
      signedJwt(key, claims, { alg: 'RS256', typ: 'JWT', kid: key.publicJwk.kid }),
      signedJwt(key, { ...claims, grant_id: undefined }),
      signedJwt(key, { ...claims, idp: undefined }),
      signedJwt(key, { ...claims, grant_id: undefined, idp: undefined }),
      signedJwt(key, { ...claims, grant_id: 'A'.repeat(22) }),
    ]) {
      expect((await server.ask(own, token)).text).toBe(INACTIVE);
    }
    server.clock.now = NOW + 3600;
    expect((await server.ask(own, session.accessToken)).text).toBe(INACTIVE);
  });

  it('a refresh token is active within grace and inactive when older or idle; asking is not a replay', async () => {
    const session = await server.ownSession();
    const { client } = session;
    const refresh = { ...server.refresh(client, session.refreshToken), client_secret: SECRET };
    const second = String((await server.post(refresh)).body.refresh_token);
    expect((await server.ask(client, session.refreshToken)).body.active).toBe(true);
    server.clock.now += 60;
    const writes = server.grants.writes;
    expect((await server.ask(client, session.refreshToken)).text).toBe(INACTIVE);
    expect((await server.ask(client, second)).body.active).toBe(true);
    expect(server.grants.writes).toBe(writes);
    const [head = '', , generation = ''] = second.split('.');
    expect((await server.ask(client, `${head}.${'A'.repeat(43)}.${generation}`)).text).toBe(INACTIVE);
    server.clock.now += 31 * 86_400;
    expect((await server.ask(client, second)).text).toBe(INACTIVE);
  });

  it('a client credentials token is active while its client may use the grant, without any read', async () => {
    const token = await server.machineToken();
    const reads = server.grants.reads;
    for (const client of [server.own, server.machine]) {
      expect((await server.ask(client, token)).body).toEqual({
        active: true,
        token_type: 'Bearer',
        iss: ISSUER,
        sub: 'nightly-report',
        aud: RESOURCE,
        client_id: 'nightly-report',
        scope: 'mcp',
        iat: NOW,
        exp: NOW + 3600,
        jti: expect.any(String),
      });
    }
    for (const client of [server.other, server.stranger]) {
      expect((await server.ask(client, token)).text).toBe(INACTIVE);
    }
    expect(server.grants.reads).toBe(reads);
    server.configuredClients.delete('nightly-report');
    expect((await server.ask(server.own, token)).text).toBe(INACTIVE);
  });

  it.each([
    ['clients', 'accessToken'],
    ['grants', 'accessToken'],
    ['grants', 'refreshToken'],
    ['keyRings', 'accessToken'],
  ] as const)('a fault of the %s store is 503 with Retry-After, never inactive (%s)', async (store, kind) => {
    server[store].failing = true;
    const answer = await server.ask(server.own, server.session[kind]);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
  });
});
