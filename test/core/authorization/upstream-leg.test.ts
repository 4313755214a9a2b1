import {
  deriveBrowserBinding,
  deriveSubject,
  deriveUpstreamLeg,
  isBrowserBinding,
  parseState,
} from '../../../lambdas/core/authorization/upstream-leg.ts';

const KEY = { id: 'keykey01', bytes: new Uint8Array(32).fill(7) };
const ID = 'AAAAAAAAAAAAAAAAAAAAAA';

describe('Values derived from the sealing key', () => {
  it('are the same for the same login, and different for any other provider, leg, transaction or key', () => {
    const leg = deriveUpstreamLeg(KEY, ID, 'company', 1);
    expect(deriveUpstreamLeg(KEY, ID, 'company', 1)).toEqual(leg);
    const others = [
      deriveUpstreamLeg(KEY, ID, 'company', 2),
      deriveUpstreamLeg(KEY, ID, 'other', 1),
      deriveUpstreamLeg(KEY, 'BAAAAAAAAAAAAAAAAAAAAA', 'company', 1),
      deriveUpstreamLeg({ ...KEY, bytes: new Uint8Array(32).fill(8) }, ID, 'company', 1),
    ];
    const values = [leg, ...others].flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier]);
    expect(new Set(values).size).toBe(15);
  });

  it('make a valid PKCE verifier (RFC 7636 §4.1)', () => {
    expect(deriveUpstreamLeg(KEY, ID, 'company', 1).codeVerifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('#37 the state names the transaction, and contains neither nonce nor verifier', () => {
    const { state, nonce, codeVerifier } = deriveUpstreamLeg(KEY, ID, 'company', 12);
    expect(parseState(state)).toEqual({ transactionId: ID, sealingKeyId: 'keykey01', leg: 12 });
    expect(state).not.toContain(nonce);
    expect(state).not.toContain(codeVerifier);
  });

  it.each([
    '',
    'x',
    `${ID}.keykey01.0.${'a'.repeat(43)}`,
    `${ID}.keykey01.1`,
    `${ID}.keykey01.99999.${'a'.repeat(43)}`,
  ])('#144 reads no reference from %j', (state) => expect(parseState(state)).toBeUndefined());

  it('#126 bind a browser to one transaction', () => {
    const binding = deriveBrowserBinding(KEY, ID);
    expect(isBrowserBinding(KEY, ID, binding)).toBe(true);
    expect(isBrowserBinding(KEY, 'BAAAAAAAAAAAAAAAAAAAAA', binding)).toBe(false);
    expect(isBrowserBinding(KEY, ID, '')).toBe(false);
  });

  it('#158 the subject is unique per issuer and upstream subject, however the two are split', () => {
    const subject = deriveSubject('secret', 'https://a.test', 'person');
    expect(deriveSubject('secret', 'https://a.test', 'person')).toBe(subject);
    expect(deriveSubject('secret', 'https://b.test', 'person')).not.toBe(subject);
    expect(deriveSubject('secret', 'https://a.testp', 'erson')).not.toBe(subject);
    expect(deriveSubject('other', 'https://a.test', 'person')).not.toBe(subject);
    expect(subject).not.toContain('person');
  });
});
