import type { JWTPayload } from 'jose';
import { authenticateByAssertion } from '../../../lambdas/core/clients/assertion.ts';
import type { AssertionVerifier } from '../../../lambdas/core/clients/authentication.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { introspectHandler } from '../../../lambdas/introspect/handler.ts';
import { revokeHandler } from '../../../lambdas/revoke/handler.ts';
import type { GuardedFetch } from '../../../lambdas/runtime/ports/index.ts';
import { ClientDocuments } from '../../../lambdas/runtime/services/client-documents.ts';
import { ClientKeys } from '../../../lambdas/runtime/services/client-keys.ts';
import { LayeredClientResolver } from '../../../lambdas/runtime/services/client-resolver.ts';
import { CurrentClientKeys } from '../../../lambdas/runtime/services/current-client-keys.ts';
import { assertionForm, newAssertionKey } from '../../support/credentials/client-assertions.ts';
import { basic, formPoster } from '../../support/http/post-form.ts';
import { MemoryClientAssertionStore } from '../../support/memory/memory-stores.ts';
import { ISSUER, NOW } from '../../support/memory/records.ts';
import { startTokenEndpoint } from '../../support/memory/token-endpoint.ts';

const ID = 'https://client.example.com/client.json';
const JWKS_URI = 'https://client.example.com/jwks.json';
const TOKEN_ENDPOINT = `${ISSUER}/token`;

type Key = Awaited<ReturnType<typeof newAssertionKey>>;
let key: Key;
let stranger: Key;
beforeAll(async () => {
  [key, stranger] = [await newAssertionKey(), await newAssertionKey()];
});

/** The token endpoint, with the hosts of documents and keys as they are told to be. */
const start = (hosts: { blockHosts?: readonly string[] } = {}) => {
  const web = new Map<string, object | 'down'>();
  const fetched: string[] = [];
  let clock = { now: NOW };
  const now = () => clock.now;
  const fetch: GuardedFetch = async (url) => {
    fetched.push(url);
    const found = web.get(url);
    if (found === undefined) return { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };
    if (found === 'down') return { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'took too long' };
    return { ok: true, text: JSON.stringify(found), headers: { cacheControl: 'max-age=86400' } };
  };
  const shared = { fetch, now, log: () => undefined };
  const documents = new ClientDocuments(shared);
  const assertions = new MemoryClientAssertionStore(now);
  const keys = new CurrentClientKeys(documents, new ClientKeys(shared));
  const deps = { issuer: ISSUER, tokenEndpoint: TOKEN_ENDPOINT, keys, assertions, now };
  const verifyAssertion: AssertionVerifier = (client, assertion, options) =>
    authenticateByAssertion(deps, client, assertion, options);
  const server = startTokenEndpoint({ now, verifyAssertion });
  clock = server.clock;
  const directory = new LayeredClientResolver({ configured: new Map(), store: server.clients, hosts });
  const { grants, keyRings, failures, log } = server;
  const serving = startTokenEndpoint({ now, verifyAssertion, clients: directory, grants, keyRings, log });
  const revoke = formPoster(
    revokeHandler({ issuer: ISSUER, clients: directory, grants, keyRings, failures, now, log, verifyAssertion }),
    '/revoke',
    log,
  );
  const introspect = formPoster(
    introspectHandler({
      issuer: ISSUER,
      refreshGraceSeconds: 60,
      clients: directory,
      configuredClients: new Map(),
      grants,
      keyRings,
      failures,
      now,
      log,
      verifyAssertion,
    }),
    '/introspect',
    log,
  );
  return { ...server, post: serving.post, revoke, introspect, web, fetched, assertions };
};

type Server = ReturnType<typeof start>;
const DOCUMENT_CLIENT: Partial<Client> = {
  clientId: ID,
  source: 'document',
  tokenEndpointAuthMethods: ['none', 'private_key_jwt'],
};
const publish = (server: Server, members: object = { jwks_uri: JWKS_URI }) => {
  server.web.set(ID, {
    client_id: ID,
    client_name: 'C',
    redirect_uris: ['https://client.example.com/cb'],
    token_endpoint_auth_method: 'private_key_jwt',
    ...members,
  });
  server.web.set(JWKS_URI, key.jwks);
};

/** Redeems a code of a new grant with an assertion. */
const redeem = async (
  server: Server,
  client: Client,
  jwt: string,
  members: Record<string, string | undefined> = {},
) => {
  const { code, grantId } = await server.issueCode(client);
  const { client_id: _, ...form } = server.redemption(client, code);
  return { code, grantId, answer: await server.post({ ...form, ...assertionForm(jwt), ...members }) };
};

const signed = (server: Server, { clientId }: Client, claims: JWTPayload = {}, by = key) =>
  by.sign(clientId, TOKEN_ENDPOINT, server.clock.now, claims);

describe('private_key_jwt at the token endpoint (RFC 7523 §2.2)', () => {
  it('proves a registered client by its inline keys, with and without client_id', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    for (const client_id of [undefined, client.clientId]) {
      const { answer, grantId } = await redeem(server, client, await signed(server, client), { client_id });
      expect(answer.status).toBe(200);
      expect(server.grants.rows.get(grantId)?.clientAuthMethod).toBe('private_key_jwt');
    }
    expect(server.fetched).toEqual([]);
  });

  it('proves the client of a metadata document by the keys that its document names now', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(DOCUMENT_CLIENT);
    const { answer } = await redeem(server, client, await signed(server, client));
    expect(answer.status).toBe(200);
    expect(server.fetched).toEqual([ID, JWKS_URI]);
    await redeem(server, client, await signed(server, client));
    expect(server.fetched).toHaveLength(2);
  });

  it('#202 an assertion is good once', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const jwt = await signed(server, client);
    expect((await redeem(server, client, jwt)).answer.status).toBe(200);
    const { answer, grantId } = await redeem(server, client, jwt);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(server.grants.rows.get(grantId)?.status).toBe('issued');
  });

  it.each<[string, JWTPayload, 'key' | 'stranger']>([
    ['#202 another audience', { aud: 'https://other.example/token' }, 'key'],
    ['an audience beside ours', { aud: [TOKEN_ENDPOINT, 'https://other.example/token'] }, 'key'],
    ['another issuer', { iss: 'https://other.example/' }, 'key'],
    ['expired', { exp: NOW - 61 }, 'key'],
    ['without jti', { jti: '' }, 'key'],
    ["a stranger's key", {}, 'stranger'],
  ])('refuses %s, and burns neither code nor jti', async (_, claims, by) => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const jwt = await signed(server, client, claims, by === 'key' ? key : stranger);
    const { answer, grantId } = await redeem(server, client, jwt);
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(server.grants.rows.get(grantId)?.status).toBe('issued');
    expect(server.assertions.rows.size).toBe(0);
  });

  it('#53 no downgrade: who registered for signatures gets nothing without', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { code } = await server.issueCode(client);
    const form = server.redemption(client, code);
    expect((await server.post(form)).body.error).toBe('invalid_client');
    expect((await server.post({ ...form, client_secret: 'x' })).body.error).toBe('invalid_client');
  });

  it('the weaker of two listed methods is accepted at redemption; a refresh may not be weaker than it was', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(DOCUMENT_CLIENT);
    const { code } = await server.issueCode(client);
    const open = await server.post(server.redemption(client, code));
    expect(open.status).toBe(200);
    const { client_id: _, ...refresh } = server.refresh(client, open.body.refresh_token);
    expect((await server.post({ ...refresh, ...assertionForm(await signed(server, client)) })).status).toBe(200);

    const { answer } = await redeem(server, client, await signed(server, client));
    const weaker = await server.post(server.refresh(client, answer.body.refresh_token));
    expect([weaker.status, weaker.body.error]).toEqual([401, 'invalid_client']);
  });

  it('several methods at once are invalid_request (RFC 6749 §2.3)', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { code } = await server.issueCode(client);
    const form = { ...server.redemption(client, code), ...assertionForm(await signed(server, client)) };
    const withBasic = await server.post(form, { authorization: basic(client.clientId, 'x') });
    const answers = [withBasic, await server.post({ ...form, client_secret: 'x' })];
    for (const answer of answers) expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  it.each<[string, Record<string, string | undefined>, number, string]>([
    ['without its type', { client_assertion_type: undefined }, 400, 'invalid_request'],
    ['with a type alone', { client_assertion: undefined }, 400, 'invalid_request'],
    ['of another type', { client_assertion_type: 'urn:x' }, 401, 'invalid_client'],
    ['that is none', { client_assertion: 'x' }, 401, 'invalid_client'],
    ['of another client_id', { client_id: 'other' }, 401, 'invalid_client'],
  ])('refuses an assertion %s (RFC 7521 §4.2)', async (_, members, status, error) => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { answer } = await redeem(server, client, await signed(server, client), members);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it('an unreachable document or key set is 503, never a way around the signature, and burns nothing', async () => {
    for (const down of [ID, JWKS_URI]) {
      const server = start();
      publish(server);
      server.web.set(down, 'down');
      const client = await server.registered(DOCUMENT_CLIENT);
      const { answer, grantId } = await redeem(server, client, await signed(server, client));
      expect([answer.status, answer.body.error, answer.headers['retry-after']]).toEqual([
        503,
        'temporarily_unavailable',
        expect.stringMatching(/^[2-8]$/),
      ]);
      expect(server.grants.rows.get(grantId)?.status).toBe('issued');
      expect(server.assertions.rows.size).toBe(0);
    }
  });

  it('a key that its document withdraws stops to work after five minutes', async () => {
    const server = start();
    publish(server, { jwks: key.jwks });
    const client = await server.registered(DOCUMENT_CLIENT);
    expect((await redeem(server, client, await signed(server, client))).answer.status).toBe(200);
    publish(server, { jwks: stranger.jwks });
    server.clock.now += 299;
    expect((await redeem(server, client, await signed(server, client))).answer.status).toBe(200);
    server.clock.now += 1;
    expect((await redeem(server, client, await signed(server, client))).answer.body.error).toBe('invalid_client');
  });

  it('/revoke takes it as well (RFC 7009 §2.1)', async () => {
    const server = start();
    const client = await server.registered({ tokenEndpointAuthMethods: ['private_key_jwt'], jwks: key.jwks });
    const { answer, grantId } = await redeem(server, client, await signed(server, client));
    const token = String(answer.body.refresh_token);
    expect((await server.revoke({ client_id: client.clientId, token })).body.error).toBe('invalid_client');
    const jwt = await signed(server, client);
    expect((await server.revoke({ token, ...assertionForm(jwt) })).status).toBe(200);
    expect(server.grants.rows.get(grantId)?.status).toBe('revoked');
    expect((await server.revoke({ token, ...assertionForm(jwt) })).body.error).toBe('invalid_client');
  });
});

describe('Hosts that clients name, and requests without a grant of theirs (decision 31)', () => {
  const SIGNS: Partial<Client> = { tokenEndpointAuthMethods: ['private_key_jwt'], jwksUri: JWKS_URI };
  const DEAD_REFRESH_TOKEN = { grant_type: 'refresh_token', refresh_token: 'gh_rt_a.b.c' };
  type Ask = (server: Server, form: Record<string, string>) => Promise<{ status: number; body: { error?: unknown } }>;

  const withoutGrant: readonly [string, Ask, number, string][] = [
    ['no code', (s, form) => s.post({ grant_type: 'authorization_code', code: 'x', ...form }), 400, 'invalid_grant'],
    [
      "another client's code",
      async (s, form) => {
        const { code } = await s.issueCode(await s.registered({ clientId: 'other' }));
        return s.post({ grant_type: 'authorization_code', code, ...form });
      },
      400,
      'invalid_grant',
    ],
    ['no refresh token', (s, form) => s.post({ ...DEAD_REFRESH_TOKEN, ...form }), 400, 'invalid_grant'],
    [
      'a grant type of others',
      (s, form) => s.post({ grant_type: 'client_credentials', ...form }),
      400,
      'unauthorized_client',
    ],
    ['nothing to revoke', (s, form) => s.revoke({ token: 'x', ...form }), 401, 'invalid_client'],
    ['nothing to ask about', (s, form) => s.introspect({ token: 'x', ...form }), 401, 'invalid_client'],
  ];

  it.each(withoutGrant)('no host is asked for %s, whether it is up or down', async (_, ask, status, error) => {
    for (const source of ['registered', 'document'] as const) {
      const server = start();
      publish(server);
      server.web.set(JWKS_URI, 'down');
      const client = await server.registered(source === 'document' ? DOCUMENT_CLIENT : SIGNS);
      const answer = await ask(server, assertionForm(await signed(server, client)));
      expect([answer.status, answer.body.error]).toEqual([status, error]);
      expect(server.fetched).toEqual([]);
    }
  });

  it('a program hears the same whether its keys are at hand or not, when its refresh token is over', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(SIGNS);
    const over = async (by = key) => {
      const { body } = await server.post({
        ...DEAD_REFRESH_TOKEN,
        ...assertionForm(await signed(server, client, {}, by)),
      });
      return body.error;
    };
    expect(await over()).toBe('invalid_grant');
    await redeem(server, client, await signed(server, client));
    expect(await over()).toBe('invalid_grant');
    // With keys at hand a signature is looked at first.
    expect(await over(stranger)).toBe('invalid_client');
    const nothing = { token: 'x', ...assertionForm(await signed(server, client)) };
    expect((await server.revoke(nothing)).status).toBe(200);
    expect(server.fetched).toEqual([JWKS_URI]);
  });

  it('with a token of its own, every endpoint asks; what does not answer is 503, not a word about the client', async () => {
    const server = start();
    publish(server);
    const client = await server.registered(DOCUMENT_CLIENT);
    const { answer } = await redeem(server, client, await signed(server, client));
    const token = String(answer.body.refresh_token);
    server.clock.now += 300;
    server.web.set(ID, 'down');
    const form = async () => assertionForm(await signed(server, client));
    const answers = [
      await server.post({ grant_type: 'refresh_token', refresh_token: token, ...(await form()) }),
      await server.introspect({ token, ...(await form()) }),
      await server.revoke({ token, ...(await form()) }),
    ];
    for (const { status, body } of answers) expect([status, body.error]).toEqual([503, 'temporarily_unavailable']);
  });

  it('a client that the operator configured is always asked for', async () => {
    const server = start();
    publish(server);
    const client = await server.registered({
      ...SIGNS,
      source: 'configured',
      grantTypes: ['client_credentials'],
      scopes: ['mcp'],
    });
    const form = { grant_type: 'client_credentials', ...assertionForm(await signed(server, client)) };
    expect((await server.post(form)).status).toBe(200);
    expect(server.fetched).toEqual([JWKS_URI]);
  });
});

describe('Clients of metadata documents at the token endpoint', () => {
  const open = { ...DOCUMENT_CLIENT, tokenEndpointAuthMethods: ['none'] } as const;

  it('#199 code and refresh work while the host of the document is down, and nobody asks it', async () => {
    const server = start();
    const client = await server.registered(open);
    const { code } = await server.issueCode(client);
    const { status, body } = await server.post(server.redemption(client, code));
    expect(status).toBe(200);
    expect((await server.post(server.refresh(client, body.refresh_token))).status).toBe(200);
    expect(server.fetched).toEqual([]);
  });

  it('one that never completed a login is unknown: invalid_client', async () => {
    const server = start();
    publish(server);
    const { code } = await server.issueCode({ ...(await server.registered()), clientId: ID });
    const form = server.redemption({ ...(await server.registered()), clientId: ID }, code);
    expect((await server.post(form)).body.error).toBe('invalid_client');
    expect(server.fetched).toEqual([]);
  });

  it('a blocked host, or a blocked client, ends at once', async () => {
    const server = start({ blockHosts: ['client.example.com'] });
    const byHost = await server.registered(open);
    const byRow = await server.registered({ blocked: true });
    for (const client of [byHost, byRow]) {
      const { code } = await server.issueCode(client);
      const answer = await server.post(server.redemption(client, code));
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
  });

  it('#183 a deleted client answers invalid_client, and its refresh tokens are dead', async () => {
    const server = start();
    const { client, refreshToken } = await server.signedIn();
    await server.clients.deleteClient(client.clientId);
    const answer = await server.post(server.refresh(client, refreshToken));
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  });

  it.each(['x'.repeat(2049), 'ä', 'a b', ' '])('no client has such an id: %#', async (client_id) => {
    const server = start();
    const answer = await server.post({ grant_type: 'refresh_token', refresh_token: 'x', client_id });
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    expect(server.clients.reads).toBe(0);
  });
});
