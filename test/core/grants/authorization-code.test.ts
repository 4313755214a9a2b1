import fc from 'fast-check';
import { newId, sha256 } from '../../../lambdas/core/crypto.ts';
import {
  decideRedemption,
  newAuthorizationCode,
  parseAuthorizationCode,
} from '../../../lambdas/core/grants/authorization-code.ts';
import { formatRefreshToken } from '../../../lambdas/core/grants/refresh-token.ts';
import { OAuthError } from '../../../lambdas/core/oauth-error.ts';
import {
  CODE_VERIFIER,
  NOW,
  REDIRECT_URI,
  redeemedGrant,
  testClient,
  testGrant,
} from '../../support/memory/records.ts';

const client = testClient({ clientId: 'client-1' });
const issued = (overrides: Parameters<typeof testGrant>[0] = {}) => {
  const grantId = newId();
  const { code, codeHash } = newAuthorizationCode(grantId);
  return { grant: testGrant({ grantId, codeHash, ...overrides }), code };
};
const request = (code: string) => ({ code, codeVerifier: CODE_VERIFIER, redirectUri: REDIRECT_URI });
const refusal = (decide: () => unknown): string | undefined => {
  try {
    decide();
  } catch (error) {
    if (error instanceof OAuthError) return `${error.code}: ${error.detail}`;
    throw error;
  }
  return undefined;
};

describe('Authorization code (RFC 6749 §4.1)', () => {
  it('names its grant, and is stored as a hash', () => {
    const grantId = newId();
    const { code, codeHash } = newAuthorizationCode(grantId);
    expect(parseAuthorizationCode(code)).toBe(grantId);
    expect(codeHash).toBe(sha256(code));
  });

  it('#46, §10.10: 256 random bits, never the same twice', () => {
    const codes = Array.from({ length: 10_000 }, () => newAuthorizationCode('g').code.split('.')[1]);
    expect(new Set(codes).size).toBe(10_000);
    expect(codes.every((secret) => Buffer.from(secret ?? '', 'base64url').length === 32)).toBe(true);
  });

  it('#47: nothing else is accepted as a code', () => {
    expect(parseAuthorizationCode(formatRefreshToken(redeemedGrant().first.token))).toBeUndefined();
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseAuthorizationCode(text) === undefined));
    fc.assert(fc.property(fc.string(), (text) => parseAuthorizationCode(`gh_ac_${text}`) === undefined));
  });

  it('is redeemable when everything matches; redirect_uri may be absent (OAuth 2.1 §10.2)', () => {
    const { grant, code } = issued();
    expect(decideRedemption(grant, client, request(code), NOW)).toEqual({ grant, outcome: 'redeemable' });
    expect(decideRedemption(grant, client, { ...request(code), redirectUri: undefined }, NOW).outcome).toBe(
      'redeemable',
    );
  });

  it('#39: the right code of a redeemed grant is a replay', () => {
    const { grant, code } = issued({ status: 'redeemed' });
    expect(decideRedemption(grant, client, request(code), NOW).outcome).toBe('replayed');
  });

  // An invalid request uses up no code and revokes no grant: the decision is only a refusal.
  describe.each(['issued', 'redeemed'] as const)('#41: of a grant that is %s', (status) => {
    const { grant, code } = issued({ status });
    const other = testClient({ clientId: 'client-2' });
    it.each([
      ['unknown grant', undefined, client, request(code), NOW, 'no such grant'],
      ['guessed secret', grant, client, request(newAuthorizationCode(grant.grantId).code), NOW, 'not the code'],
      ['#43 another client', grant, other, request(code), NOW, 'another client'],
      ['#32 no verifier', grant, client, { ...request(code), codeVerifier: undefined }, NOW, 'code_verifier'],
      ['wrong verifier', grant, client, { ...request(code), codeVerifier: 'x'.repeat(43) }, NOW, 'code_verifier'],
      [
        '#18 another redirect_uri',
        grant,
        client,
        { ...request(code), redirectUri: `${REDIRECT_URI}/` },
        NOW,
        'redirect',
      ],
    ])('%s is invalid_grant', (_name, presentedGrant, presentedBy, presented, now, detail) => {
      expect(refusal(() => decideRedemption(presentedGrant, presentedBy, presented, now))).toMatch(
        new RegExp(`^invalid_grant: .*${detail}`),
      );
    });
  });

  it('#44: an unredeemed code expires to the second, even if its row is still there', () => {
    const { grant, code } = issued();
    expect(refusal(() => decideRedemption(grant, client, request(code), NOW + 60))).toBe('invalid_grant: expired');
    expect(decideRedemption(grant, client, request(code), NOW + 59).outcome).toBe('redeemable');
  });

  it('A4 (RFC 6749 §4.1.2): within ten seconds of its redemption a code that comes again is a repetition', () => {
    const { grant, code } = issued({ status: 'redeemed', redeemedAt: NOW });
    const at = (now: number) => decideRedemption(grant, client, request(code), now).outcome;
    expect([NOW - 1, NOW, NOW + 9, NOW + 10].map(at)).toEqual(['repeated', 'repeated', 'repeated', 'replayed']);
  });

  it('#39: a redeemed code is a replay even after its lifetime', () => {
    const { grant, code } = issued({ status: 'redeemed' });
    expect(decideRedemption(grant, client, request(code), NOW + 3600).outcome).toBe('replayed');
  });

  it('a revoked grant is refused', () => {
    const { grant, code } = issued({ status: 'revoked' });
    expect(refusal(() => decideRedemption(grant, client, request(code), NOW))).toBe('invalid_grant: revoked');
  });
});
