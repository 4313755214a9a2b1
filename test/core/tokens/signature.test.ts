import fc from 'fast-check';
import { compactVerify } from 'jose';
import { AccessTokenError } from '../../../lambdas/core/tokens/access-token-error.ts';
import { verifiedPayload } from '../../../lambdas/core/tokens/signature.ts';
import { newTestKey, signedJwt } from '../../support/credentials/signing-key.ts';

// RFC 7515 §5.2 and RFC 7518 §3.3: the signature of an access token, with jose as the second opinion.

const key = newTestKey();
const valid = signedJwt(key, { sub: 'ada', text: 'ä𝄞' });

const payloadOf = (token: string): unknown => {
  try {
    return verifiedPayload(token, key.publicJwk);
  } catch (error) {
    if (error instanceof AccessTokenError) return 'refused';
    throw error;
  }
};
const payloadByJose = (token: string): Promise<unknown> =>
  compactVerify(token, key.publicJwk, { algorithms: ['RS256'] }).then(
    ({ payload }) => JSON.parse(new TextDecoder().decode(payload)),
    () => 'refused',
  );

describe('The signature of an access token (RFC 7515 §5.2)', () => {
  it('of a genuine token gives its payload, as jose does', async () => {
    expect(payloadOf(valid)).toEqual({ sub: 'ada', text: 'ä𝄞' });
    expect(payloadOf(valid)).toEqual(await payloadByJose(valid));
  });

  it('accepts no token that jose refuses, whatever one change is made to it', async () => {
    const change = fc.record({
      at: fc.nat(valid.length - 1),
      length: fc.integer({ min: 0, max: 3 }),
      text: fc.string({ maxLength: 3, unit: fc.constantFrom(...'Aa0-_.=+/ \n%é') }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, length, text }) => {
        const changed = valid.slice(0, at) + text + valid.slice(at + length);
        if (payloadOf(changed) !== 'refused') expect(await payloadByJose(changed)).toEqual(payloadOf(changed));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['padding', `${valid}==`],
    ['white space', ` ${valid}`],
    ['a line break at the end', `${valid}\n`],
    ['a fourth part', `${valid}.e30`],
    ['the alphabet of base64', valid.replace(/[-_]/g, (character) => (character === '-' ? '+' : '/'))],
    ['no payload', valid.replace(/\.[^.]+\./, '..')],
    ['the signature of another key', signedJwt(newTestKey(), { sub: 'ada' })],
  ])('a token with %s is refused', (_, token) => {
    expect(payloadOf(token)).toBe('refused');
  });
});
