import {
  documentIssuer,
  isIssuerOf,
  OIDC_PRESETS,
  tokenIssuer,
} from '../../../lambdas/core/upstream/provider-presets.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const MICROSOFT = 'https://login.microsoftonline.com';
const ONE = `${MICROSOFT}/${TENANT}/v2.0`;
const MANY = `${MICROSOFT}/organizations/v2.0`;
const PERSONAL = `${MICROSOFT}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`;
const EMAIL = 'ada@example.com';

describe('Whether an email address counts as verified', () => {
  it.each(['oidc', 'google', 'auth0', 'okta', 'clerk', 'cognito'] as const)(
    '#155 %s: only the literal true',
    (kind) => {
      const { isEmailVerified } = OIDC_PRESETS[kind];
      const values = [true, 'true', 1, 'false', false, null, undefined];
      expect(values.map((email_verified) => isEmailVerified({ email: EMAIL, email_verified }, 'https://x'))).toEqual([
        true,
        ...values.slice(1).map(() => false),
      ]);
    },
  );

  it.each([
    ['multi-tenant, without verification', MANY, {}, false],
    ['multi-tenant, email_verified of an unknown tenant', MANY, { email_verified: true }, false],
    ['multi-tenant, owner of the domain verified', MANY, { xms_edov: true }, true],
    ['the same as Microsoft writes it at times', MANY, { xms_edov: '1' }, true],
    ['owner not verified', MANY, { xms_edov: false }, false],
    ['owner not verified, as text', MANY, { xms_edov: '0' }, false],
    ['among the verified addresses', MANY, { verified_primary_email: [EMAIL] }, true],
    ['another verified address', MANY, { verified_secondary_email: ['eve@example.com'] }, false],
    ['a member of the one tenant', ONE, {}, true],
    ['a guest of the one tenant', ONE, { idp: 'https://sts.windows.net/other/' }, false],
    ['a guest, by acct', ONE, { acct: 1 }, false],
    ['a guest whose domain is verified', ONE, { acct: 1, xms_edov: true }, true],
    ['a personal account', PERSONAL, {}, false],
  ])('#157 entra: %s', (_, issuer, claims, expected) => {
    expect(OIDC_PRESETS.entra.isEmailVerified({ email: EMAIL, iss: issuer, ...claims }, issuer)).toBe(expected);
  });
});

describe('#149 the issuer of a multi-tenant provider', () => {
  it('is a template in the document, and the tenant’s issuer in tokens', () => {
    expect(documentIssuer(MANY)).toBe(`${MICROSOFT}/{tenantid}/v2.0`);
    expect(tokenIssuer(MANY, { tid: TENANT })).toBe(ONE);
  });

  it.each([undefined, '', 'common', '../evil', 7, [TENANT]])('and none for the tenant %j', (tid) => {
    expect(tokenIssuer(MANY, { tid })).toBeUndefined();
  });

  it('any other issuer is used unchanged', () => {
    expect(documentIssuer(ONE)).toBe(ONE);
    expect(tokenIssuer(ONE, { tid: 'other' })).toBe(ONE);
    expect(documentIssuer('https://example.com/common')).toBe('https://example.com/common');
  });
});

describe('Whether users of an issuer belong to a provider', () => {
  const tenant = 'https://login.microsoftonline.com/8a3c4e5f-1111-4222-8333-944455566677/v2.0';
  it.each([
    [ONE, ONE, true],
    [ONE, `${ONE}/`, false],
    [ONE, 'https://other.example', false],
    ['https://login.microsoftonline.com/common/v2.0', tenant, true],
    ['https://login.microsoftonline.com/organizations/v2.0', tenant, true],
    ['https://login.microsoftonline.com/common/v2.0', tenant.replace('microsoftonline', 'evil'), false],
    ['https://login.microsoftonline.com/common/v2.0', 'https://login.microsoftonline.com/common/v2.0', false],
    ['https://login.microsoftonline.com/common/v2.0', 'no URL', false],
    [tenant, tenant.replace('8a3c', '9b3c'), false],
  ])('#149 %s, %s: %p', (configured, issuer, expected) => expect(isIssuerOf(configured, issuer)).toBe(expected));
});
