import { extendedClientExpiry, firstClientExpiry } from '../../../lambdas/core/clients/lifetime.ts';
import { newRegisteredClient, publicClientId } from '../../../lambdas/core/clients/registration.ts';
import { parseRegistrationRequest } from '../../../lambdas/core/clients/registration-request.ts';
import { sha256 } from '../../../lambdas/core/crypto.ts';

const NOW = 1_800_000_000;
const DAY = 86_400;
const URI = 'https://client.example.com/cb';

describe('Client metadata (RFC 7591 §2)', () => {
  it('#10 keeps the redirect URIs that the policy accepts, each once', () => {
    const uris = ['ftp://a.test/cb', 'http://localhost:8787/callback', URI, URI, 'http://app.test/cb'];
    expect(parseRegistrationRequest({ redirect_uris: uris }).redirectUris).toEqual([
      'http://localhost:8787/callback',
      URI,
    ]);
  });

  it.each([
    [undefined, undefined, ['authorization_code', 'refresh_token']],
    [['authorization_code'], ['code'], ['authorization_code']],
    [
      ['implicit', 'refresh_token', 'authorization_code', 'urn:x'],
      ['token', 'code'],
      ['authorization_code', 'refresh_token'],
    ],
  ])('negotiates grant types %j and response types %j to %j', (grant_types, response_types, expected) => {
    const metadata = parseRegistrationRequest({ redirect_uris: [URI], grant_types, response_types });
    expect(metadata.grantTypes).toEqual(expected);
  });

  it.each([
    [undefined, 'none'],
    [null, 'none'],
    ['none', 'none'],
    ['client_secret_post', 'client_secret_post'],
    ['client_secret_basic', 'client_secret_basic'],
    ['client_secret_jwt', 'client_secret_basic'],
    ['private_key_jwt', 'none'],
    ['tls_client_auth', 'none'],
  ])('negotiates the authentication method %j to %s', (token_endpoint_auth_method, expected) => {
    const metadata = parseRegistrationRequest({ redirect_uris: [URI], token_endpoint_auth_method });
    expect(metadata.tokenEndpointAuthMethod).toBe(expected);
  });

  it('keeps keys only with private_key_jwt', () => {
    const keys = { jwks_uri: 'https://client.example.com/jwks', token_endpoint_auth_signing_alg: 'ES256' };
    const negotiated = (token_endpoint_auth_method: string) =>
      parseRegistrationRequest({ redirect_uris: [URI], ...keys, token_endpoint_auth_method });
    expect(negotiated('private_key_jwt')).toMatchObject({
      tokenEndpointAuthMethod: 'private_key_jwt',
      keys: { jwksUri: keys.jwks_uri, tokenEndpointAuthSigningAlg: 'ES256' },
    });
    for (const method of ['none', 'client_secret_post']) expect(negotiated(method)).not.toHaveProperty('keys');
  });

  describe('shape of stored keys (RFC 7517 §4, §5)', () => {
    const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'one', use: 'sig', alg: 'ES256', key_ops: ['verify'] };
    const keysOf = (...keys: unknown[]) =>
      parseRegistrationRequest({ redirect_uris: [URI], token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } })
        .keys?.jwks?.keys;
    const deep = JSON.parse(`${'['.repeat(7000)}${']'.repeat(7000)}`);

    it('leaves out unknown members', () => {
      const unknown = { x5c: ['a'], ext: true, deep, 'x5t#S256': 1, ...JSON.parse('{"__proto__":{"use":"enc"}}') };
      expect(keysOf({ ...unknown, ...KEY })).toEqual([KEY]);
    });

    it.each<[string, object]>([
      ['a number', { x: 1e200 }],
      ['deeply nested', { kid: deep }],
      ['longer than any key', { n: 'n'.repeat(4097) }],
      ['half of a surrogate pair', { kid: '\ud800' }],
      ['not a list of operations', { key_ops: 'verify' }],
      ['a list of operations that are not text', { key_ops: [deep] }],
      ['a list of too many operations', { key_ops: Array(21).fill('verify') }],
    ])('leaves out a key with a member that is %s, and refuses a set without any other key', (_, members) => {
      expect(keysOf({ ...KEY, ...members }, KEY)).toEqual([KEY]);
      expect(() => keysOf({ ...KEY, ...members })).toThrow(
        expect.objectContaining({ code: 'invalid_client_metadata', message: expect.stringContaining('no public key') }),
      );
    });
  });

  it('accepts a jwks_uri on localhost in the local run only', () => {
    const metadata = {
      redirect_uris: [URI],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'http://localhost:5100/jwks',
    };
    expect(parseRegistrationRequest(metadata, { allowLoopback: true })).toMatchObject({
      tokenEndpointAuthMethod: 'private_key_jwt',
    });
    expect(() => parseRegistrationRequest(metadata)).toThrow(
      expect.objectContaining({ code: 'invalid_client_metadata' }),
    );
  });

  it.each([
    ['no redirect URI', {}, 'invalid_redirect_uri'],
    ['an empty list', { redirect_uris: [] }, 'invalid_redirect_uri'],
    [
      'eleven redirect URIs',
      { redirect_uris: Array.from({ length: 11 }, (_, n) => `${URI}/${n}`) },
      'invalid_redirect_uri',
    ],
    ['no acceptable redirect URI', { redirect_uris: ['http://app.test/cb'] }, 'invalid_redirect_uri'],
    ['#8 a dangerous one among good ones', { redirect_uris: [URI, 'javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['redirect_uris that is not a list', { redirect_uris: URI }, 'invalid_redirect_uri'],
    ['redirect_uris with numbers', { redirect_uris: [1] }, 'invalid_redirect_uri'],
    [
      'no authorization_code grant',
      { redirect_uris: [URI], grant_types: ['client_credentials'] },
      'invalid_client_metadata',
    ],
    ['only the implicit flow', { redirect_uris: [URI], response_types: ['token'] }, 'invalid_client_metadata'],
    ['a name that is a number', { redirect_uris: [URI], client_name: 1 }, 'invalid_client_metadata'],
    ['#174 a long name', { redirect_uris: [URI], client_name: 'x'.repeat(129) }, 'invalid_client_metadata'],
    ['a method that is a list', { redirect_uris: [URI], token_endpoint_auth_method: [] }, 'invalid_client_metadata'],
    ['null', null, 'invalid_client_metadata'],
    ['an array', [], 'invalid_client_metadata'],
    ['a string', 'x', 'invalid_client_metadata'],
    ['members of the prototype', Object.create({ redirect_uris: [URI] }), 'invalid_redirect_uri'],
  ])('refuses %s', (_, body, code) =>
    expect(() => parseRegistrationRequest(body)).toThrow(expect.objectContaining({ code })),
  );
});

describe('Client ids', () => {
  const base = { redirect_uris: [URI, 'http://localhost/cb'], client_name: 'A' };
  const id = (body: object) => publicClientId(parseRegistrationRequest({ ...base, ...body }));

  it('#172 are the same for the same metadata, in any order and with any other members', () => {
    expect(id({ software_id: 'x', client_id: 'admin', redirect_uris: [...base.redirect_uris].reverse() })).toBe(id({}));
  });

  it('RFC 8252 §7.3: depend on every part of a loopback redirect URI except its port', () => {
    const on = (uri: string) => id({ redirect_uris: [uri] });
    expect(on('http://127.0.0.1:49152/cb')).toBe(on('http://127.0.0.1/cb'));
    const others = ['http://localhost:49152/cb', 'http://127.0.0.1:49152/other', 'https://a.example:8443/cb', URI];
    expect(new Set([on('http://127.0.0.1/cb'), ...others.map(on)]).size).toBe(5);
  });

  it('differ with the name, the redirect URIs and the grant types', () => {
    const ids = [
      id({}),
      id({ client_name: 'B' }),
      id({ client_name: undefined }),
      id({ redirect_uris: [URI] }),
      id({ grant_types: ['authorization_code'] }),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  it('#177 never begin with https://', () => {
    for (const method of ['none', 'client_secret_post']) {
      const metadata = parseRegistrationRequest({ ...base, token_endpoint_auth_method: method });
      expect(newRegisteredClient(metadata, NOW).client.clientId).toMatch(/^gh_client_[A-Za-z0-9_-]{22,43}$/);
    }
  });

  it('#181 a secret is stored only as its hash', () => {
    const metadata = parseRegistrationRequest({ ...base, token_endpoint_auth_method: 'client_secret_basic' });
    const { client, clientSecret = '' } = newRegisteredClient(metadata, NOW);
    expect(client.clientSecretHash).toBe(sha256(clientSecret));
    expect(JSON.stringify(client)).not.toContain(clientSecret);
    expect(client.expiresAt).toBe(NOW + 30 * DAY);
  });
});

describe('Life of a registered client', () => {
  it('A5: a public client waits 97 days for its first login, a confidential one 30 (#171)', () => {
    expect([firstClientExpiry(false, NOW), firstClientExpiry(true, NOW)]).toEqual([NOW + 97 * DAY, NOW + 30 * DAY]);
  });

  it('is extended only when that gains a week, and then beyond the longest grant (#182)', () => {
    const first = firstClientExpiry(false, NOW);
    expect(first).toBe(NOW + 97 * DAY);
    expect(extendedClientExpiry(first, NOW + 7 * DAY)).toBeUndefined();
    expect(extendedClientExpiry(first, NOW + 7 * DAY + 1)).toBe(NOW + 7 * DAY + 1 + 97 * DAY);
    expect(extendedClientExpiry(first, NOW, 180)).toBe(NOW + 187 * DAY);
    expect(extendedClientExpiry(NOW + DAY, NOW)).toBe(NOW + 97 * DAY);
  });

  it('stays unlimited when there is no expiry', () => expect(extendedClientExpiry(undefined, NOW)).toBeUndefined());
});
