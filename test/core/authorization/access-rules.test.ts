import {
  type AccessPolicy,
  accessRulesFor,
  describeLookup,
  grantableScopes,
  isAllowed,
  neededClaims,
  neededIdentity,
  remainingScopes,
} from '../../../lambdas/core/authorization/access-rules.ts';

const RULES = { emails: ['Grace@Example.org'], emailDomains: ['example.com'] };

describe('Access rules', () => {
  it.each([
    ['an address that is named', { email: 'grace@example.org', emailVerified: true }, true],
    ['an address in another case', { email: 'GRACE@EXAMPLE.ORG', emailVerified: true }, true],
    ['an address of the domain', { email: 'ada@Example.com', emailVerified: true }, true],
    ['another address', { email: 'eve@example.org', emailVerified: true }, false],
    ['#155 an unverified address', { email: 'ada@example.com', emailVerified: false }, false],
    ['no address', { emailVerified: true }, false],
    ['a domain with the same ending', { email: 'ada@notexample.com', emailVerified: true }, false],
    ['a sub-domain', { email: 'ada@sub.example.com', emailVerified: true }, false],
    ['a domain in the local part', { email: '"ada@example.com"@evil.test', emailVerified: true }, false],
    ['no at sign', { email: 'example.com', emailVerified: true }, false],
    ['letters that Unicode folds to ASCII', { email: 'ada@exampl\u0065\u212a.com', emailVerified: true }, false],
  ])('%s', (_, person, expected) => expect(isAllowed(person, RULES)).toBe(expected));

  it('"everyone" allows every user, and empty rules allow none', () => {
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

describe('Access rules on claims of one kind of provider', () => {
  const person = (claims: Record<string, string[]>, email = 'ada@example.com', emailVerified = true) => ({
    email,
    emailVerified,
    claims,
  });

  it.each([
    ['#160 google: the domain of the Workspace', 'google', person({ hd: ['example.com'] }), true],
    ['#160 google: an address at the domain, without hd', 'google', person({}), false],
    ['#160 google: another Workspace', 'google', person({ hd: ['evil.test'] }), false],
    ['#155 google: hd with an unverified address', 'google', person({ hd: ['example.com'] }, undefined, false), false],
    ['hd of another kind of provider is ignored', 'oidc', person({ hd: ['example.com'] }, 'ada@evil.test'), false],
    ['at another kind of provider, the email address counts', 'okta', person({}), true],
  ] as const)('emailDomains: %s', (_, kind, subject, expected) =>
    expect(isAllowed(subject, { emailDomains: ['example.com'] }, kind)).toBe(expected),
  );

  it.each([
    ['one of the values', { groups: ['staff', 'admins'] }, true],
    ['another case', { groups: ['Admins'] }, false],
    ['another claim', { roles: ['admins'] }, false],
    ['none', {}, false],
  ])('claims: %s', (_, claims, expected) => {
    expect(isAllowed({ emailVerified: false, claims }, { claims: { groups: ['admins', 'owners'] } })).toBe(expected);
  });

  it('claims: members of Object.prototype are not claims', () => {
    expect(isAllowed({ emailVerified: false, claims: {} }, { claims: { constructor: ['admins'] } })).toBe(false);
  });

  it.each([
    ['githubOrganizations', { githubOrganizations: ['Example'] }, { githubOrganizations: ['example'] }, 'github'],
    ['githubTeams', { githubTeams: ['example/admins'] }, { githubTeams: ['Example/admins'] }, 'github'],
    ['entraTenants', { entraTenants: ['t-1'] }, { tid: ['t-1'] }, 'entra'],
  ] as const)('%s: only where that kind of provider says so', (_, rules, claims, kind) => {
    expect(isAllowed({ emailVerified: false, claims }, rules, kind)).toBe(true);
    expect(isAllowed({ emailVerified: false, claims }, rules, 'oidc')).toBe(false);
    expect(isAllowed({ emailVerified: false, claims: {} }, rules, kind)).toBe(false);
  });

  it('a team with the same name in another organization does not match', () => {
    const subject = { emailVerified: false, claims: { githubTeams: ['evil/admins'] } };
    expect(isAllowed(subject, { githubTeams: ['example/admins'] }, 'github')).toBe(false);
  });

  it('a provider’s own rules replace those for all; without rules no user has access', () => {
    const policy = { rules: 'everyone', providers: { github: { githubOrganizations: ['example'] } } } as const;
    expect(accessRulesFor(policy, 'github')).toEqual({ githubOrganizations: ['example'] });
    expect(accessRulesFor(policy, 'google')).toBe('everyone');
    expect(accessRulesFor(policy, 'toString')).toBe('everyone');
    expect(isAllowed(person({}), accessRulesFor({ providers: {} }, 'google'), 'google')).toBe(false);
  });
});

describe('Claims that are kept for the rules', () => {
  const policy: AccessPolicy = {
    rules: { emailDomains: ['example.com'], githubOrganizations: ['example'], claims: { groups: ['a'] } },
    providers: { open: 'everyone', tenants: { entraTenants: ['t-1'] } },
    scopes: { 'mcp:write': [{ claims: { roles: ['admin'] }, githubTeams: ['example/admins'] }] },
  };

  it.each([
    ['google', 'google', ['hd', 'groups', 'roles']],
    ['okta', 'okta', ['groups', 'roles']],
    ['github', 'github', ['githubOrganizations', 'githubTeams']],
    ['tenants', 'entra', ['tid', 'roles']],
    ['open', 'google', ['roles']],
  ] as const)('%s', (id, kind, expected) => expect(Object.keys(neededClaims(policy, id, kind))).toEqual(expected));

  it('none without rules', () => {
    expect(neededClaims({ rules: 'everyone', providers: {} }, 'google', 'google')).toEqual({});
  });

  it('A16: with every value that some rule names', () => {
    const both = { rules: { claims: { roles: ['user', 'admin'] } }, providers: {}, scopes: policy.scopes };
    expect(neededClaims(both, 'okta', 'okta')).toEqual({ roles: { values: ['user', 'admin'] } });
    expect(neededClaims(policy, 'google', 'google').hd).toEqual({ values: ['example.com'], ignoresCase: true });
  });

  it('A17: the log says what the rules looked for, and what was found', () => {
    const provider = { id: 'okta', kind: 'okta' } as const;
    expect(
      describeLookup({ email: 'ada@example.com', emailVerified: true }, policy, provider, { groups: 'text, 1 value' }),
    ).toMatch(/^The rules looked for email \(text, verified\), groups \(text, 1 value\), roles \(absent\)\.$/);
    expect(describeLookup({ emailVerified: false }, { providers: {} }, provider)).toBe('The rules looked for nothing.');
  });
});

describe('Scopes that only some users may have', () => {
  const policy: AccessPolicy = {
    providers: {},
    scopes: {
      write: [{ claims: { groups: ['admins'] } }],
      owner: [{ claims: { groups: ['owners'] } }, { claims: { groups: ['admins'] } }],
    },
  };
  it.each([
    [['admins'], ['read', 'write']],
    [['owners'], ['read']],
    [
      ['owners', 'admins'],
      ['read', 'write', 'owner'],
    ],
    [[], ['read']],
  ])('groups %j', (groups, expected) => {
    const person = { emailVerified: false, claims: { groups } };
    expect(grantableScopes(person, ['read', 'write', 'owner'], policy, 'oidc')).toEqual(expected);
  });
});

describe('The part of an identity that is stored (#236)', () => {
  const ada = {
    identityProviderId: 'company',
    issuer: 'https://login.example.com',
    subject: 'ada',
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada',
  };
  const kept = (scopes: string[], policy: Partial<AccessPolicy>) => {
    const { email, name } = neededIdentity(ada, scopes, { providers: {}, ...policy });
    return [email !== undefined, name !== undefined];
  };

  it('what a granted scope exposes', () => {
    expect(kept(['mcp'], { rules: 'everyone' })).toEqual([false, false]);
    expect(kept(['email'], { rules: 'everyone' })).toEqual([true, false]);
    expect(kept(['profile'], { rules: 'everyone' })).toEqual([false, true]);
  });

  it('#89 the email address, if a rule reads it, for access or for a scope', () => {
    expect(kept(['mcp'], { rules: RULES })).toEqual([true, false]);
    expect(kept(['mcp'], { rules: 'everyone', scopes: { write: [RULES] } })).toEqual([true, false]);
  });
});

describe('The scopes that the rules leave of an existing grant (#89)', () => {
  const ada = { identityProviderId: 'company', email: 'ada@example.com', emailVerified: true };
  const admins = { claims: { groups: ['admins'] } };
  const left = (scopes: string[], policy: Partial<AccessPolicy>, impliedScopes?: string[]) =>
    remainingScopes(ada, { scopes, ...(impliedScopes && { impliedScopes }) }, { providers: {}, ...policy }, 'oidc');

  it.each([
    ['everything', ['mcp', 'email'], { rules: RULES }, ['mcp', 'email']],
    ['none for a user whom no rule names', ['mcp'], { rules: { emails: ['x@example.com'] } }, undefined],
    ['what is not for others', ['mcp', 'write'], { rules: RULES, scopes: { write: [admins] } }, ['mcp']],
    ['none if the rest has no effect', ['write', 'email'], { rules: RULES, scopes: { write: [admins] } }, undefined],
    ['little of what was little', ['email'], { rules: RULES }, ['email']],
  ] as const)('%s', (_, scopes, policy, expected) => expect(left([...scopes], policy)).toEqual(expected));

  it.each([
    ['what a refused scope implies', { write: [admins] }, ['mcp']],
    ['a scope alone that is not refused', {}, ['write']],
    ['none if the implied scope is refused too', { write: [admins], mcp: [admins] }, undefined],
  ] as const)('A9: of a grant that holds `write` alone: %s', (_, scopes, expected) =>
    expect(left(['write'], { rules: RULES, scopes }, ['mcp'])).toEqual(expected),
  );
});
