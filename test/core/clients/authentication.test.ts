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
    ['another scheme', ['Bearer abc']],
    ['no scheme', ['abc']],
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

  it('#52: a request without client_id is invalid_client', async () => {
    expect((await refusalOf(() => parsePresentedClient([], form({})))).code).toBe('invalid_client');
  });

  const publicClient = testClient({ clientId: 'c' });
  const confidential = (method: 'client_secret_post' | 'client_secret_basic'): Client =>
    testClient({ clientId: 'c', tokenEndpointAuthMethods: [method], clientSecretHash: sha256(SECRET) });
  const none = { method: 'none', clientId: 'c' } as const;
  const withSecret = (method: 'client_secret_post' | 'client_secret_basic', clientSecret = SECRET) =>
    ({ method, clientId: 'c', clientSecret }) as const;

  it('accepts exactly the registered method', async () => {
    expect(await authenticateClient(publicClient, none)).toEqual({ client: publicClient, method: 'none' });
    for (const method of ['client_secret_post', 'client_secret_basic'] as const) {
      const client = confidential(method);
      expect(await authenticateClient(client, withSecret(method))).toEqual({ client, method });
    }
  });

  it.each([
    ['unknown client', undefined, none],
    ['#53: a confidential client without its secret', confidential('client_secret_post'), none],
    ['#53: the other secret method', confidential('client_secret_post'), withSecret('client_secret_basic')],
    ['#53: the other secret method', confidential('client_secret_basic'), withSecret('client_secret_post')],
    ['a wrong secret', confidential('client_secret_post'), withSecret('client_secret_post', 'wrong')],
    ['an empty secret', confidential('client_secret_basic'), withSecret('client_secret_basic', '')],
    ['the stored hash as secret', confidential('client_secret_post'), withSecret('client_secret_post', sha256(SECRET))],
    ['a public client with a secret', publicClient, withSecret('client_secret_post')],
    [
      'a client without a stored secret',
      testClient({ clientId: 'c', tokenEndpointAuthMethods: ['client_secret_post'] }),
      withSecret('client_secret_post'),
    ],
  ])('refuses with the same invalid_client: %s', async (_name, client, presented) => {
    const error = await refusalOf(() => authenticateClient(client, presented));
    expect(error).toMatchObject({ code: 'invalid_client', status: 401 });
    expect('www-authenticate' in error.headers).toBe(presented.method === 'client_secret_basic');
    expect(error.message).toBe((await refusalOf(() => authenticateClient(undefined, none))).message);
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
