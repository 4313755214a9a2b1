import { withMark } from '../../../lambdas/core/grants/not-before.ts';
import { verifiedPayload } from '../../../lambdas/core/tokens/signature.ts';
import { rememberingVerifier } from '../../../lambdas/runtime/services/verified-tokens.ts';
import { newTestKey, ringOf, signedJwt } from '../../support/credentials/signing-key.ts';
import { key, OPTIONS, startAuthorizer, tokenFor } from '../../support/memory/authorizer-harness.ts';
import { NOW } from '../../support/memory/records.ts';

// A warm authorizer remembers whose signature it has verified. Everything that can change is checked at each call.

const UNAUTHORIZED = 'Unauthorized';

/** An authorizer that has seen the token once. */
const warm = async (token: string) => {
  const authorizer = startAuthorizer();
  expect((await authorizer.callWith(token)).policyDocument.Statement[0]?.Effect).toBe('Allow');
  return authorizer;
};

describe('A token that a warm authorizer has seen before', () => {
  it('#102: is refused from the second at which it expires', async () => {
    const token = tokenFor();
    const { state, callWith } = await warm(token);
    state.now = NOW + OPTIONS.lifetimeSeconds - 1;
    await callWith(token);
    state.now += 1;
    await expect(callWith(token)).rejects.toThrow(UNAUTHORIZED);
  });

  it('is refused once its key has left the ring, within a minute', async () => {
    const token = tokenFor();
    const { state, callWith } = await warm(token);
    state.read = async () => ringOf(newTestKey());
    state.now += 60;
    await expect(callWith(token)).rejects.toThrow(UNAUTHORIZED);
  });

  it('is refused once a not-before mark applies, within a minute', async () => {
    const token = tokenFor();
    const { state, callWith } = await warm(token);
    state.read = async () => ({ ...ringOf(key), notBefore: withMark(undefined, { all: true }, NOW + 1) });
    state.now += 60;
    await expect(callWith(token)).rejects.toThrow(UNAUTHORIZED);
  });

  it('#113: is refused by another server', async () => {
    const token = tokenFor();
    const { callWith } = await warm(token);
    await expect(callWith(token, { apiId: 'api2' })).rejects.toThrow(UNAUTHORIZED);
    await callWith(token);
  });

  it('does not let a token with the same claims and another signature in', async () => {
    const token = tokenFor();
    const { callWith } = await warm(token);
    const forged = token.replace(/\.[^.]+$/, `.${signedJwt(newTestKey(), {}).split('.')[2]}`);
    await expect(callWith(forged)).rejects.toThrow(UNAUTHORIZED);
  });
});

describe('The memory of verified tokens', () => {
  const counting = (maxTokens: number) => {
    const verified: string[] = [];
    const verify = rememberingVerifier((token, publicJwk) => {
      verified.push(token);
      return verifiedPayload(token, publicJwk);
    }, maxTokens);
    return { verified, verify: (token: string) => verify(token, key.publicJwk) };
  };

  it('verifies a signature once', () => {
    const { verified, verify } = counting(2);
    const token = tokenFor();
    const payloads = [verify(token), verify(token), verify(token)];
    expect(verified).toEqual([token]);
    expect(payloads[2]).toEqual(payloads[0]);
  });

  it('is bounded: it forgets the oldest token, and verifies it again', () => {
    const { verified, verify } = counting(2);
    const tokens = [tokenFor(), tokenFor(), tokenFor()];
    for (const token of tokens) verify(token);
    verify(tokens[2] ?? '');
    verify(tokens[0] ?? '');
    expect(verified).toEqual([...tokens, tokens[0]]);
  });

  it('remembers no token that was refused', () => {
    const { verified, verify } = counting(2);
    const forged = signedJwt(newTestKey(), {});
    for (const _ of [1, 2]) expect(() => verify(forged)).toThrow('bad_signature');
    expect(verified).toHaveLength(2);
  });
});
