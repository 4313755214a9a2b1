import fc from 'fast-check';
import {
  type AssertionVerifier,
  assertNotWeaker,
  authenticateClient,
  parsePresentedClient,
} from '../../../lambdas/core/clients/authentication.ts';
import type { Client } from '../../../lambdas/core/clients/client.ts';
import { sha256 } from '../../../lambdas/core/crypto.ts';
import { OAuthError } from '../../../lambdas/core/oauth-error.ts';
import { basic } from '../../support/http/post-form.ts';
import { testClient } from '../../support/memory/records.ts';

const form = (fields: Record<string, string>) => new URLSearchParams(fields);
const SECRET = 'a secret: with spaces, colons & 100 % of everything +=/';

const refusalOf = async (work: () => unknown): Promise<OAuthError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('Client authentication (RFC 6749 §2.3)', () => {
  it('parses the credentials of every method', () => {
    expect(parsePresentedClient([], form({ client_id: 'c' }))).toEqual({ method: 'none', clientId: 'c' });
    const post = form({ client_id: 'c', client_secret: 's' });
    expect(parsePresentedClient([], post)).toEqual({ method: 'client_secret_post', clientId: 'c', clientSecret: 's' });
    const expected = { method: 'client_secret_basic', clientId: 'c d', clientSecret: SECRET };
    expect(parsePresentedClient([basic('c d', SECRET)], form({}))).toEqual(expected);
    expect(parsePresentedClient([basic('c d', SECRET)], form({ client_id: 'c d' }))).toEqual(expected);
  });

  it('#55, RFC 9110 §11.1: the scheme is case-insensitive', () => {
    const header = basic('c', 's').replace('Basic', 'bAsIc');
    expect(parsePresentedClient([header], form({}))).toMatchObject({ clientId: 'c', clientSecret: 's' });
  });

  it('§2.3.1: any id and secret survive both encodings', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (clientId, clientSecret) => {
        expect(parsePresentedClient([basic(clientId, clientSecret)], form({}))).toMatchObject({
          clientId,
          clientSecret,
        });
      }),
    );
  });

  const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  it.each([
    ['no colon', [encoded('client')]],
    ['no id', [encoded(':secret')]],
    ['bad base64', ['Basic !!!']],
    ['empty', ['Basic ']],
    ['broken percent-encoding', [encoded('%zz:s')]],
    ['bytes that are not UTF-8', [encoded('%ff:s')]],
    ['two headers', [basic('c', 's'), basic('c', 's')]],
    ['an id that differs from client_id', [basic('d', 's')]],
  ])('#55, §5.2: a malformed Authorization header is 401 with the challenge: %s', async (_name, headers) => {
    const error = await refusalOf(() => parsePresentedClient(headers, form({ client_id: 'c' })));
    expect(error).toMatchObject({ code: 'invalid_client', status: 401 });
    expect(error.headers['www-authenticate']).toMatch(/^Basic realm=/);
  });

  it('two methods in one request are invalid_request', async () => {
    const error = await refusalOf(() => parsePresentedClient([basic('c', 's')], form({ client_secret: 's' })));
    expect(error.code).toBe('invalid_request');
  });

  it.each([
    ['nothing at all', [], {}],
    ['a secret alone', [], { client_secret: 's' }],
    ['a Bearer header', ['Bearer abc'], {}],
    ['a Bearer header and client_id', ['Bearer abc'], { client_id: 'c' }],
    ['a header without scheme', ['abc'], { client_id: 'c' }],
  ])('A11, #52: what is missing is invalid_request and named: %s', async (_name, headers, fields) => {
    const error = await refusalOf(() => parsePresentedClient(headers, form(fields as Record<string, string>)));
    expect([error.code, error.status, error.message]).toEqual([
      'invalid_request',
      400,
      expect.stringContaining('client_id'),
    ]);
    expect(error.isGuess).toBe(false);
  });

  const publicClient = testClient({ clientId: 'c' });
  const confidential = (method: 'client_secret_post' | 'client_secret_basic'): Client =>
    testClient({ clientId: 'c', tokenEndpointAuthMethods: [method], clientSecretHash: sha256(SECRET) });
  const none = { method: 'none', clientId: 'c' } as const;
  const withSecret = (method: 'client_secret_post' | 'client_secret_basic', clientSecret = SECRET) =>
    ({ method, clientId: 'c', clientSecret }) as const;

  it('accepts the registered method', async () => {
    expect(await authenticateClient(publicClient, none)).toEqual({ client: publicClient, method: 'none' });
  });

  const SECRET_METHODS = ['client_secret_post', 'client_secret_basic'] as const;
  it.each(SECRET_METHODS)(
    'A10: a client of %s may send its secret either way, which proves the same',
    async (method) => {
      const client = confidential(method);
      for (const sent of SECRET_METHODS) {
        expect(await authenticateClient(client, withSecret(sent))).toEqual({ client, method: sent });
        const wrong = await refusalOf(() => authenticateClient(client, withSecret(sent, 'wrong')));
        expect(wrong).toMatchObject({ code: 'invalid_client', detail: 'wrong client secret' });
      }
    },
  );

  it.each(SECRET_METHODS)('A10: a public client that sends a secret by %s is public', async (method) => {
    expect(await authenticateClient(publicClient, withSecret(method))).toEqual({
      client: publicClient,
      method: 'none',
    });
    const both = testClient({ clientId: 'c', tokenEndpointAuthMethods: ['none', 'private_key_jwt'] });
    expect((await authenticateClient(both, withSecret(method))).method).toBe('none');
  });

  it('A10: no secret passes where one is registered, also for a client that may be public', async () => {
    const either = testClient({
      clientId: 'c',
      tokenEndpointAuthMethods: ['none', 'client_secret_post'],
      clientSecretHash: sha256(SECRET),
    });
    expect((await authenticateClient(either, none)).method).toBe('none');
    expect((await refusalOf(() => authenticateClient(either, withSecret('client_secret_basic', 'wrong')))).code).toBe(
      'invalid_client',
    );
    const keyed = testClient({ clientId: 'c', tokenEndpointAuthMethods: ['private_key_jwt'] });
    expect((await refusalOf(() => authenticateClient(keyed, withSecret('client_secret_post')))).code).toBe(
      'invalid_client',
    );
  });

  it('A10: only a client that does not exist is told to register again', async () => {
    const unknown = await refusalOf(() => authenticateClient(undefined, none));
    expect([unknown.code, unknown.message]).toEqual(['invalid_client', expect.stringContaining('Register again')]);
  });

  it.each([
    ['#53: a confidential client without its secret', confidential('client_secret_post'), none],
    ['a wrong secret', confidential('client_secret_post'), withSecret('client_secret_post', 'wrong')],
    ['an empty secret', confidential('client_secret_basic'), withSecret('client_secret_basic', '')],
    ['the stored hash as secret', confidential('client_secret_post'), withSecret('client_secret_post', sha256(SECRET))],
    [
      'a client without a stored secret',
      testClient({ clientId: 'c', tokenEndpointAuthMethods: ['client_secret_post'] }),
      withSecret('client_secret_post'),
    ],
  ])('refuses with the same invalid_client: %s', async (_name, client, presented) => {
    const error = await refusalOf(() => authenticateClient(client, presented));
    expect(error).toMatchObject({ code: 'invalid_client', status: 401 });
    expect('www-authenticate' in error.headers).toBe(presented.method === 'client_secret_basic');
    expect(error.message).toBe('Client authentication failed. Check the client credentials.');
  });

  it.each([
    ['registered', undefined, false],
    ['document', undefined, false],
    ['document', { mayFetchKeys: false }, false],
    ['document', { mayFetchKeys: true }, true],
    ['configured', undefined, true],
    ['configured', { mayFetchKeys: false }, true],
  ] as const)('contacts the host of the keys of a %s client with %j: %s', async (source, options, expected) => {
    const client = testClient({ clientId: 'c', source, tokenEndpointAuthMethods: ['private_key_jwt'] });
    const assertion = { jwt: '', header: { alg: 'ES256' }, claims: {}, clientId: 'c' } as const;
    const asked: unknown[] = [];
    const verifyAssertion: AssertionVerifier = async (_client, _assertion, given) => void asked.push(given);
    await authenticateClient(
      client,
      { method: 'private_key_jwt', clientId: 'c', assertion },
      { verifyAssertion },
      options,
    );
    expect(asked).toEqual([{ mayFetchKeys: expected }]);
  });

  it('a refresh must not use a weaker method than the redemption', async () => {
    assertNotWeaker('none', 'none');
    assertNotWeaker('client_secret_basic', 'client_secret_post');
    assertNotWeaker('private_key_jwt', 'none');
    expect((await refusalOf(() => assertNotWeaker('none', 'private_key_jwt'))).code).toBe('invalid_client');
    expect((await refusalOf(() => assertNotWeaker('client_secret_basic', 'private_key_jwt'))).code).toBe(
      'invalid_client',
    );
  });
});
