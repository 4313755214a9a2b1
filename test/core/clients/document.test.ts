import fc from 'fast-check';
import { parseClientDocument } from '../../../lambdas/core/clients/document.ts';

const NOW = 1_790_000_000;
const ID = 'https://client.example.org/client.json';
const GOOD = { client_id: ID, client_name: 'A client', redirect_uris: ['https://client.example.org/callback'] };
const PUBLIC_JWK = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'one' };
const KEYED = { ...GOOD, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [PUBLIC_JWK] } };

const parse = (document: unknown, clientId = ID) => parseClientDocument(clientId, JSON.stringify(document), NOW);
const clientOf = (document: unknown, clientId = ID) => {
  const result = parse(document, clientId);
  if (!result.ok) throw new Error(`${result.rule}: ${result.detail}`);
  return result.client;
};

describe('client metadata document (draft-ietf-oauth-client-id-metadata-document-01 §4, #197)', () => {
  it('accepts a document with the required members only', () => {
    expect(clientOf(GOOD)).toEqual({
      clientId: ID,
      source: 'document',
      clientName: 'A client',
      redirectUris: ['https://client.example.org/callback'],
      grantTypes: ['authorization_code', 'refresh_token'],
      tokenEndpointAuthMethods: ['none'],
      issuedAt: NOW,
    });
  });

  it.each([
    ['another client_id', { ...GOOD, client_id: `${ID}/` }, 'client_id'],
    ['a client_id that differs in case', { ...GOOD, client_id: ID.toUpperCase() }, 'client_id'],
    ['no client_id', { ...GOOD, client_id: undefined }, 'client_id'],
    ['client_id in a list', { ...GOOD, client_id: [ID] }, 'client_id'],
    ['no client_name', { ...GOOD, client_name: undefined }, 'client_name'],
    ['a blank client_name', { ...GOOD, client_name: ' ' }, 'client_name'],
    ['a client_name that is not a string', { ...GOOD, client_name: { en: 'x' } }, 'client_name'],
    ['a long client_name', { ...GOOD, client_name: 'x'.repeat(129) }, 'client_name'],
    ['no redirect_uris', { ...GOOD, redirect_uris: undefined }, 'redirect_uris'],
    ['empty redirect_uris', { ...GOOD, redirect_uris: [] }, 'redirect_uris'],
    ['redirect_uris that is a string', { ...GOOD, redirect_uris: 'https://client.example.org/cb' }, 'redirect_uris'],
    ['redirect_uris with a number', { ...GOOD, redirect_uris: [1] }, 'redirect_uris'],
    ['no acceptable redirect URI', { ...GOOD, redirect_uris: ['http://client.example.org/cb'] }, 'redirect_uris'],
    [
      'a dangerous redirect URI among good ones',
      { ...GOOD, redirect_uris: [...GOOD.redirect_uris, 'javascript:alert(1)'] },
      'redirect_uris',
    ],
    [
      'too many redirect URIs',
      { ...GOOD, redirect_uris: Array.from({ length: 51 }, (_, n) => `https://client.example.org/${n}`) },
      'redirect_uris',
    ],
    ['client_secret', { ...GOOD, client_secret: 'x' }, 'client_secret'],
    ['client_secret: null', { ...GOOD, client_secret: null }, 'client_secret'],
    ['client_secret_expires_at', { ...GOOD, client_secret_expires_at: 0 }, 'client_secret'],
    ['client_secret_post', { ...GOOD, token_endpoint_auth_method: 'client_secret_post' }, 'token_endpoint_auth_method'],
    [
      'client_secret_basic',
      { ...GOOD, token_endpoint_auth_method: 'client_secret_basic' },
      'token_endpoint_auth_method',
    ],
    ['client_secret_jwt', { ...GOOD, token_endpoint_auth_method: 'client_secret_jwt' }, 'token_endpoint_auth_method'],
    [
      'a shared secret among the choices',
      { ...GOOD, token_endpoint_auth_methods_supported: ['none', 'client_secret_post'] },
      'token_endpoint_auth_method',
    ],
    ['mutual TLS alone', { ...GOOD, token_endpoint_auth_method: 'tls_client_auth' }, 'token_endpoint_auth_method'],
    ['a method that is not a string', { ...GOOD, token_endpoint_auth_method: ['none'] }, 'token_endpoint_auth_method'],
    [
      'token_endpoint_auth_methods_supported that is not a list',
      { ...GOOD, token_endpoint_auth_methods_supported: 'none' },
      'token_endpoint_auth_method',
    ],
    ['private_key_jwt without keys', { ...GOOD, token_endpoint_auth_method: 'private_key_jwt' }, 'jwks'],
    ['jwks and jwks_uri', { ...KEYED, jwks_uri: 'https://client.example.org/jwks.json' }, 'jwks'],
    ['a private key', { ...KEYED, jwks: { keys: [{ ...PUBLIC_JWK, d: 'x' }] } }, 'jwks'],
    [
      'a private key of a public client',
      { ...KEYED, token_endpoint_auth_method: 'none', jwks: { keys: [{ ...PUBLIC_JWK, d: 'x' }] } },
      'jwks',
    ],
    ['a symmetric key', { ...KEYED, jwks: { keys: [{ kty: 'oct', k: 'x' }] } }, 'jwks'],
    ['an RSA key with a prime', { ...KEYED, jwks: { keys: [{ kty: 'RSA', n: 'x', e: 'AQAB', p: 'x' }] } }, 'jwks'],
    ['jwks that is a list', { ...KEYED, jwks: [PUBLIC_JWK] }, 'jwks'],
    ['jwks with a string', { ...KEYED, jwks: { keys: ['x'] } }, 'jwks'],
    ['more than fifty keys', { ...KEYED, jwks: { keys: Array(51).fill(PUBLIC_JWK) } }, 'jwks'],
    [
      'jwks_uri without TLS',
      { ...GOOD, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://client.example.org/jwks' },
      'jwks',
    ],
    ['jwks_uri that is not a string', { ...GOOD, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 1 }, 'jwks'],
    [
      'a symmetric signing algorithm',
      { ...KEYED, token_endpoint_auth_signing_alg: 'HS256' },
      'token_endpoint_auth_signing_alg',
    ],
    [
      'none as signing algorithm',
      { ...KEYED, token_endpoint_auth_signing_alg: 'none' },
      'token_endpoint_auth_signing_alg',
    ],
    ['no authorization_code grant', { ...GOOD, grant_types: ['client_credentials'] }, 'grant_types'],
    ['grant_types that is not a list', { ...GOOD, grant_types: 'authorization_code' }, 'grant_types'],
    ['no code response type', { ...GOOD, response_types: ['token'] }, 'response_types'],
    ['a list', [GOOD], 'not_an_object'],
    ['null', null, 'not_an_object'],
    ['a string', 'x', 'not_an_object'],
  ])('refuses %s', (_name, document, rule) => {
    expect(parse(document)).toMatchObject({ ok: false, rule });
  });

  it.each(['', '{', '<!doctype html>', "{'client_id':1}"])('refuses %j, which is not JSON', (text) => {
    expect(parseClientDocument(ID, text, NOW)).toMatchObject({ ok: false, rule: 'not_json' });
  });

  it('keeps the acceptable redirect URIs, each once', () => {
    const callback = 'https://client.example.org/callback';
    const redirect_uris = [callback, 'http://client.example.org/cb', 'sms://cb', callback, 'http://127.0.0.1:33418/'];
    expect(clientOf({ ...GOOD, redirect_uris }).redirectUris).toEqual([callback, 'http://127.0.0.1:33418/']);
  });

  it('leaves out unsupported grant types', () => {
    const grant_types = ['authorization_code', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code'];
    expect(clientOf({ ...GOOD, grant_types }).grantTypes).toEqual(['authorization_code']);
  });

  it.each([
    [{ token_endpoint_auth_method: 'none' }, ['none']],
    [{ token_endpoint_auth_method: 'private_key_jwt' }, ['private_key_jwt']],
    [{ token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'] }, ['none', 'private_key_jwt']],
    [
      { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_methods_supported: ['none'] },
      ['private_key_jwt', 'none'],
    ],
    [{ token_endpoint_auth_method: 'tls_client_auth', token_endpoint_auth_methods_supported: ['none'] }, ['none']],
    [
      {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: undefined,
        token_endpoint_auth_methods_supported: ['none'],
      },
      ['none'],
    ],
    [{ token_endpoint_auth_method: undefined, token_endpoint_auth_methods_supported: [] }, ['none']],
  ])('#201: %j accepts %j', (members, methods) => {
    expect(clientOf({ ...KEYED, token_endpoint_auth_method: undefined, ...members }).tokenEndpointAuthMethods).toEqual(
      methods,
    );
  });

  it('makes a name with half of a surrogate pair well-formed, because tables store no other text', () => {
    expect(clientOf({ ...GOOD, client_name: 'a\ud800' }).clientName).toBe('a\ufffd');
  });

  it('keeps the known members of keys, and leaves out malformed keys', () => {
    const jwks = {
      keys: [
        { ...PUBLIC_JWK, x5c: [1e200] },
        { ...PUBLIC_JWK, x: 1 },
      ],
    };
    expect(clientOf({ ...KEYED, jwks }).jwks).toEqual({ keys: [PUBLIC_JWK] });
  });

  it('keeps keys only with private_key_jwt', () => {
    expect(clientOf({ ...KEYED, token_endpoint_auth_signing_alg: 'ES256' })).toMatchObject({
      jwks: { keys: [PUBLIC_JWK] },
      tokenEndpointAuthSigningAlg: 'ES256',
    });
    expect(clientOf({ ...KEYED, token_endpoint_auth_method: 'none' })).not.toHaveProperty('jwks');
  });

  it('never throws, and never returns a client without a name, a redirect URI and a method', () => {
    const member = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    const document = fc.record({
      client_name: fc.oneof(fc.string(), member),
      redirect_uris: fc.oneof(fc.array(fc.oneof(fc.webUrl(), fc.string())), member),
      grant_types: member,
      response_types: fc.oneof(fc.constant(['code']), member),
      token_endpoint_auth_method: fc.oneof(fc.constantFrom('none', 'private_key_jwt', 'client_secret_post'), member),
      token_endpoint_auth_methods_supported: fc.oneof(fc.array(fc.constantFrom('none', 'private_key_jwt')), member),
      jwks: fc.oneof(fc.constant({ keys: [PUBLIC_JWK] }), member),
      jwks_uri: fc.oneof(fc.webUrl(), member),
    });
    fc.assert(
      fc.property(document, (members) => {
        const result = parse({ client_id: ID, ...members });
        if (!result.ok) return;
        const { clientName, redirectUris, tokenEndpointAuthMethods, jwks, jwksUri } = result.client;
        expect(clientName?.trim()).toBeTruthy();
        expect(redirectUris.length).toBeGreaterThan(0);
        expect(tokenEndpointAuthMethods.length).toBeGreaterThan(0);
        expect(tokenEndpointAuthMethods.includes('private_key_jwt')).toBe(jwks !== undefined || jwksUri !== undefined);
      }),
      { numRuns: 500 },
    );
  });
});
