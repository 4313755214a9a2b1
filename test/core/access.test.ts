import { isAllowed } from '../../lambdas/shared/core/access.ts';

const RULES = { emails: ['Grace@Example.org'], emailDomains: ['example.com'] };

describe('Access rules', () => {
  it.each([
    ['an address that is named', { email: 'grace@example.org', emailVerified: true }, true],
    ['an address in another case', { email: 'GRACE@EXAMPLE.ORG', emailVerified: true }, true],
    ['an address of the domain', { email: 'ada@Example.com', emailVerified: true }, true],
    ['another address', { email: 'eve@example.org', emailVerified: true }, false],
    ['#155 an unverified address', { email: 'ada@example.com', emailVerified: false }, false],
    ['no address', { emailVerified: true }, false],
    ['a domain that ends alike', { email: 'ada@notexample.com', emailVerified: true }, false],
    ['a sub-domain', { email: 'ada@sub.example.com', emailVerified: true }, false],
    ['a domain in the local part', { email: '"ada@example.com"@evil.test', emailVerified: true }, false],
    ['no at sign', { email: 'example.com', emailVerified: true }, false],
    ['letters that Unicode folds into ours', { email: 'ada@exampl\u0065\u212a.com', emailVerified: true }, false],
  ])('%s', (_, person, expected) => expect(isAllowed(person, RULES)).toBe(expected));

  it('everyone means everyone, and empty rules nobody', () => {
    expect(isAllowed({ emailVerified: false }, 'everyone')).toBe(true);
    expect(isAllowed({ email: 'ada@example.com', emailVerified: true }, { emails: [], emailDomains: [] })).toBe(false);
    expect(isAllowed({ email: 'ada@example.com', emailVerified: true }, {})).toBe(false);
  });

  it('the Kelvin sign is not a k', () => {
    expect(isAllowed({ email: 'ada@\u212aelvin.com', emailVerified: true }, { emailDomains: ['kelvin.com'] })).toBe(
      false,
    );
  });
});
