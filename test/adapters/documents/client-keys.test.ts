import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { authenticateByAssertion, parseClientAssertion } from '../../../lambdas/core/clients/assertion.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { guardedFetch } from '../../../lambdas/runtime/adapters/guarded-fetch.ts';
import type { FetchedDocument, FetchFailure } from '../../../lambdas/runtime/ports/index.ts';
import { ClientKeys, type ClientKeysOptions } from '../../../lambdas/runtime/services/client-keys.ts';
import { startDocumentHost } from '../../support/backends/document-host.ts';

const JWKS_URI = 'https://client.example.org/jwks.json';
const ISSUER = 'https://mcp.example.org';
const client: Client = {
  clientId: 'https://client.example.org/client.json',
  source: 'document',
  redirectUris: ['https://client.example.org/callback'],
  grantTypes: ['authorization_code'],
  tokenEndpointAuthMethods: ['private_key_jwt'],
  jwksUri: JWKS_URI,
  issuedAt: 0,
};
const { jwksUri: _, ...withoutKeys } = client;
const FETCH = { mayFetchKeys: true };
const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'one' };
const ok = (keys: readonly object[], cacheControl?: string): FetchedDocument => ({
  ok: true,
  text: JSON.stringify({ keys }),
  headers: cacheControl === undefined ? {} : { cacheControl },
});
const DOWN: FetchFailure = { ok: false, kind: 'unreachable', reason: 'timeout', detail: 'timed out' };
const GONE: FetchFailure = { ok: false, kind: 'authoritative', reason: 'gone', detail: 'status 404' };

const world = (options: Partial<ClientKeysOptions> = {}) => {
  const state = {
    now: 1_790_000_000,
    answer: ok([KEY]) as FetchedDocument | FetchFailure,
    fetched: [] as string[],
    logged: [] as Record<string, unknown>[],
  };
  const keys = new ClientKeys({
    fetch: async (url) => {
      state.fetched.push(url);
      return state.answer;
    },
    now: () => state.now,
    log: (event, fields) => {
      state.logged.push({ event, ...fields });
    },
    ...options,
  });
  return Object.assign(state, {
    keys,
    read: (members: Partial<Client> = {}) => keys.findKeys({ ...client, ...members }, FETCH),
    readNewer: () => keys.findKeys(client, { ...FETCH, unknownKid: true }),
  });
};
const INVALID_CLIENT = { name: 'OAuthError', code: 'invalid_client' };

describe('keys of private_key_jwt (RFC 7591 §2, #202)', () => {
  it('uses inline keys without a fetch', async () => {
    const w = world();
    expect(await w.keys.findKeys({ ...withoutKeys, jwks: { keys: [KEY] } }, FETCH)).toEqual([KEY]);
    expect(w.fetched).toEqual([]);
  });

  it.each([
    ['max-age=86400', 300],
    ['no-store', 60],
    [undefined, 300],
  ])('Cache-Control: %s is read again after %i seconds', async (cacheControl, seconds) => {
    const w = world();
    w.answer = ok([KEY], cacheControl);
    await w.read();
    w.now += seconds - 1;
    await w.read();
    expect(w.fetched).toHaveLength(1);
    w.now += 1;
    await w.read();
    expect(w.fetched).toHaveLength(2);
  });

  it('for an unknown kid they are fetched once more, and then not again for half a minute', async () => {
    const w = world();
    await w.read();
    w.now += 30;
    w.answer = ok([KEY, { ...KEY, kid: 'two' }]);
    expect(await w.readNewer()).toHaveLength(2);
    for (let n = 0; n < 100; n += 1) await w.readNewer();
    expect(w.fetched).toHaveLength(2);
    w.now += 30;
    await w.readNewer();
    expect(w.fetched).toHaveLength(3);
  });

  describe('#200 when made-up URLs have used up the budget of the host', () => {
    const spent = async (jwksUri: string) => {
      const w = world();
      w.answer = GONE;
      for (let n = 0; n < 10; n += 1) {
        await w.read({ source: 'registered', jwksUri: `${jwksUri}/junk${n}` }).catch(() => undefined);
      }
      w.answer = ok([KEY]);
      return w;
    };

    it.each<[string, Partial<Client>]>([
      ['of a configured client', { source: 'configured', clientId: 'machine' }],
      ['of a document on the same host', {}],
    ])('keys %s are fetched', async (_, members) => {
      expect(await (await spent(JWKS_URI)).read(members)).toEqual([KEY]);
    });

    it('keys that were fetched before are fetched again', async () => {
      const w = world();
      await w.read({ source: 'registered' });
      w.now += 300;
      w.answer = GONE;
      for (let n = 0; n < 10; n += 1) {
        await w.read({ source: 'registered', jwksUri: `${JWKS_URI}/${n}` }).catch(() => undefined);
      }
      w.answer = ok([{ ...KEY, kid: 'two' }]);
      expect(await w.read({ source: 'registered' })).toEqual([{ ...KEY, kid: 'two' }]);
    });

    it.each<[string, Partial<Client>]>([
      ['a registration', { source: 'registered', clientId: 'gh_client_1' }],
      ['a document of another host', { clientId: 'https://other.example.org/client.json' }],
    ])('does not fetch a URL that only %s names', async (_, members) => {
      const w = await spent(JWKS_URI);
      await expect(w.read(members)).rejects.toBeInstanceOf(UnavailableError);
      expect(w.fetched).toHaveLength(10);
    });
  });

  it('rejects with UnavailableError when the host does not answer, and uses no old key', async () => {
    const w = world();
    await w.read();
    w.now += 300;
    w.answer = DOWN;
    await expect(w.read()).rejects.toBeInstanceOf(UnavailableError);
    await expect(w.read()).rejects.toBeInstanceOf(UnavailableError);
    expect(w.fetched).toHaveLength(2);
    w.answer = ok([KEY]);
    w.now += 30;
    expect(await w.read()).toEqual([KEY]);
  });

  it('does so for an unknown kid too, while the present keys go on working', async () => {
    const w = world();
    await w.read();
    w.now += 30;
    w.answer = DOWN;
    await expect(w.readNewer()).rejects.toBeInstanceOf(UnavailableError);
    expect(await w.read()).toEqual([KEY]);
  });

  it.each([
    ['a 404', GONE, 'gone'],
    ['text that is not JSON', { ...ok([]), text: '<html>' }, 'not_json'],
    ['JSON that is not a key set', { ...ok([]), text: '[]' }, 'not_a_jwk_set'],
    ['a published private key', ok([{ ...KEY, d: 'x' }]), 'private_key_published'],
    ['a shared secret', ok([{ kty: 'oct', k: 'x' }]), 'private_key_published'],
    ['too many keys', ok(Array(51).fill(KEY)), 'too_many_keys'],
  ])('%s is invalid_client, and is not fetched twice in a row', async (_name, answer, rule) => {
    const w = world();
    w.answer = answer;
    await expect(w.read()).rejects.toMatchObject(INVALID_CLIENT);
    await expect(w.read()).rejects.toMatchObject(INVALID_CLIENT);
    expect(w.fetched).toHaveLength(1);
    expect(w.logged[0]).toMatchObject({ event: 'client_refused', clientId: client.clientId, rule });
  });

  it('fetches nothing from an invalid URL, from a blocked host, or for a client without keys', async () => {
    const w = world({ hosts: { allowHosts: ['client.example.org'], blockHosts: ['bad.example.org'] } });
    await expect(w.read({ jwksUri: 'http://client.example.org/jwks.json' })).rejects.toMatchObject(INVALID_CLIENT);
    await expect(w.read({ jwksUri: 'https://bad.example.org/jwks.json' })).rejects.toMatchObject(INVALID_CLIENT);
    await expect(w.keys.findKeys(withoutKeys, FETCH)).rejects.toMatchObject(INVALID_CLIENT);
    expect(w.fetched).toEqual([]);
    expect(w.logged.map(({ rule }) => rule)).toEqual(['scheme', 'host_blocked', 'jwks']);
    expect(await w.read({ jwksUri: 'https://keys.example.net/jwks.json' })).toEqual([KEY]);
  });
});

it('a client can rotate its key between two token requests', async () => {
  const sign = async (privateKey: CryptoKey, kid: string) =>
    new SignJWT({ jti: kid })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(client.clientId)
      .setSubject(client.clientId)
      .setAudience(`${ISSUER}/token`)
      .setExpirationTime('1 minute')
      .sign(privateKey);
  const [before, after] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  let published: JWK[] = [{ ...(await exportJWK(before.publicKey)), kid: 'before' }];
  const host = await startDocumentHost((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/jwk-set+json' }).end(JSON.stringify({ keys: published })),
  );
  const signer: Client = { ...client, jwksUri: `http://127.0.0.1:${host.port}/jwks.json` };
  let now = Math.floor(Date.now() / 1000);
  const keys = world({
    allowLoopback: true,
    fetch: guardedFetch({ dangerouslyAllowLoopback: true }),
    now: () => now,
  }).keys;
  const deps = {
    issuer: ISSUER,
    tokenEndpoint: `${ISSUER}/token`,
    now: () => now,
    keys,
    assertions: { useOnce: async () => true },
  };
  const authenticate = async (jwt: string) => authenticateByAssertion(deps, signer, parseClientAssertion(jwt), FETCH);

  await authenticate(await sign(before.privateKey, 'before'));
  published = [{ ...(await exportJWK(after.publicKey)), kid: 'after' }];
  now += 30;
  await authenticate(await sign(after.privateKey, 'after'));
  await expect(authenticate(await sign(before.privateKey, 'before'))).rejects.toMatchObject(INVALID_CLIENT);
  expect(host.hosts).toHaveLength(2);
  await host.close();
});
