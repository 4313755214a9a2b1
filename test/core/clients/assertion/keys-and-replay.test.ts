import { exportJWK, generateKeyPair, type JWK } from 'jose';
import {
  authenticateByAssertion,
  type ClientKeySource,
  KeysNotFetchedError,
  parseClientAssertion,
} from '../../../../lambdas/core/clients/assertion.ts';
import { UnavailableError } from '../../../../lambdas/core/oauth-error.ts';
import { client, FETCH, goodClaims, INVALID_CLIENT, NOW, publicJwk, published, sign, world } from './fixture.ts';

describe('jti is used once (RFC 7523 §3)', () => {
  it('refuses the same assertion again, also when both come at once', async () => {
    const { authenticate } = world();
    const jwt = await sign();
    const results = await Promise.allSettled([authenticate(jwt), authenticate(jwt), authenticate(jwt)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(authenticate(jwt)).rejects.toMatchObject({
      ...INVALID_CLIENT,
      detail: 'client assertion: jti was used before',
    });
  });

  it('remembers a jti for as long as its assertion would be accepted', async () => {
    const { authenticate, used } = world();
    await authenticate(await sign({ exp: NOW + 60.5 }));
    expect([...used.values()]).toEqual([NOW + 61 + 60]);
  });

  it('accepts the same jti from another client', async () => {
    const { deps, authenticate } = world();
    await authenticate(await sign());
    const other = { ...client, clientId: 'other' };
    const jwt = await sign({ iss: 'other', sub: 'other' });
    await expect(authenticateByAssertion(deps, other, parseClientAssertion(jwt), FETCH)).resolves.toBeUndefined();
  });

  it('rejects with UnavailableError when the store does not answer', async () => {
    const { deps } = world();
    const broken = { ...deps, assertions: { useOnce: () => Promise.reject(new UnavailableError('DynamoDB')) } };
    await expect(
      authenticateByAssertion(broken, client, parseClientAssertion(await sign()), FETCH),
    ).rejects.toBeInstanceOf(UnavailableError);
  });
});

describe('choice of the key (RFC 7515 §4.1.4, RFC 7517 §4)', () => {
  it('fetches the keys again for an unknown kid', async () => {
    const { authenticate, asked } = world({ keys: [await publicJwk('RS256')], newerKeys: published });
    await expect(authenticate(await sign())).resolves.toBeUndefined();
    expect(asked).toEqual(['keys', 'newer keys', 'store']);
  });

  it('refuses a kid that is not among the newer keys either', async () => {
    const { authenticate, asked } = world();
    await expect(authenticate(await sign({}, { kid: 'unknown' }))).rejects.toMatchObject(INVALID_CLIENT);
    expect(asked).toEqual(['keys', 'newer keys']);
  });

  it('tries every suitable key when there is no kid', async () => {
    const stranger = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
    const { authenticate } = world({ keys: [stranger, ...published] });
    await expect(authenticate(await sign({}, { kid: undefined }))).resolves.toBeUndefined();
  });

  it.each([
    ['use: enc', { use: 'enc' }],
    ['another alg', { alg: 'ES384' }],
    ['key_ops without verify', { key_ops: ['sign'] }],
  ])('does not use a key with %s', async (_name, members) => {
    const { authenticate } = world({ keys: [await publicJwk('ES256', members as JWK)] });
    await expect(authenticate(await sign())).rejects.toMatchObject(INVALID_CLIENT);
  });

  it.each([false, true])(
    'passes mayFetchKeys: %s on, and throws KeysNotFetchedError for keys that are not there',
    async (mayFetchKeys) => {
      const options: unknown[] = [];
      const { deps } = world();
      const keys: ClientKeySource = {
        findKeys: async (_client, asked) => {
          options.push(asked);
          return asked.unknownKid ? 'not-fetched' : [];
        },
      };
      await expect(
        authenticateByAssertion({ ...deps, keys }, client, parseClientAssertion(await sign()), { mayFetchKeys }),
      ).rejects.toBeInstanceOf(KeysNotFetchedError);
      expect(options).toEqual([
        { mayFetchKeys, unknownKid: false },
        { mayFetchKeys, unknownKid: true },
      ]);
    },
  );

  it('refuses RSA keys below 2048 bits (RFC 7518 §3.3)', async () => {
    const { generateKeyPairSync, sign: rawSign } = await import('node:crypto');
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const input = [{ alg: 'RS256' }, goodClaims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const jwt = `${input}.${rawSign('sha256', Buffer.from(input), weak.privateKey).toString('base64url')}`;
    const { authenticate } = world({ keys: [weak.publicKey.export({ format: 'jwk' }) as JWK] });
    await expect(authenticate(jwt)).rejects.toMatchObject(INVALID_CLIENT);
  });
});
