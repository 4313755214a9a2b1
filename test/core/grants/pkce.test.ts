import fc from 'fast-check';
import { codeChallengeOf, isCodeVerifierFor } from '../../../lambdas/core/grants/pkce.ts';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('PKCE (RFC 7636)', () => {
  it('Appendix B: the vector', () => {
    expect(codeChallengeOf(VERIFIER)).toBe(CHALLENGE);
    expect(isCodeVerifierFor(VERIFIER, CHALLENGE)).toBe(true);
  });

  it.each([
    ['#32: absent', undefined],
    ['#32: empty', ''],
    ['#32: blank', ' '.repeat(43)],
    ['#34: the challenge itself, as if it were plain', CHALLENGE],
    ['another one', VERIFIER.replace('d', 'e')],
    ['#35: one character short of 43', VERIFIER.slice(1)],
    ['with a line break behind', `${VERIFIER}\n`],
  ])('refuses a verifier that is %s', (_name, verifier) => {
    expect(isCodeVerifierFor(verifier, CHALLENGE)).toBe(false);
  });

  it.each([
    [42, false],
    [43, true],
    [128, true],
    [129, false],
  ])('#35, §4.1: a verifier of %i characters is accepted: %s', (length, isAccepted) => {
    const verifier = 'a'.repeat(length);
    expect(isCodeVerifierFor(verifier, codeChallengeOf(verifier))).toBe(isAccepted);
  });

  it.each([...'+/=!*\'"%&\u0000\u00e4'])('§4.1: %j is not in the alphabet', (character) => {
    const verifier = 'a'.repeat(50) + character;
    expect(isCodeVerifierFor(verifier, codeChallengeOf(verifier))).toBe(false);
  });

  it('never throws, and accepts no text that is not the verifier', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string(), (verifier, challenge) => {
        expect(isCodeVerifierFor(verifier, challenge)).toBe(false);
        expect(isCodeVerifierFor(verifier, CHALLENGE)).toBe(false);
      }),
    );
  });
});
