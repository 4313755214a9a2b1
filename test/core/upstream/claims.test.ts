import { findClaims, keptClaims, readClaim } from '../../../lambdas/core/upstream/claims.ts';

describe('Names of claims (RFC 6901)', () => {
  const claims = {
    groups: ['a'],
    realm_access: { roles: ['admin'], 'a/b': { 'm~n': 'x' } },
    'https://example.com/roles': ['url'],
    'urn:zitadel:iam:org:project:roles': { admin: { '123': 'acme.zitadel.cloud' } },
    '/slash': 'plain',
    'realm.roles': 'dotted',
    list: [{ name: 'first' }],
    empty: { '': 'nothing' },
    none: null,
  };

  it.each<[string, unknown]>([
    ['groups', ['a']],
    ['/groups', ['a']],
    ['/realm_access/roles', ['admin']],
    ['/realm_access/a~1b/m~0n', 'x'],
    ['https://example.com/roles', ['url']],
    ['/https:~1~1example.com~1roles', ['url']],
    ['/urn:zitadel:iam:org:project:roles/admin/123', 'acme.zitadel.cloud'],
    ['/slash', 'plain'],
    ['realm.roles', 'dotted'],
    ['/list/0/name', 'first'],
    ['/empty/', 'nothing'],
    ['/none', null],
    ['realm_access.roles', undefined],
    ['realm_access/roles', undefined],
    ['Groups', undefined],
    ['/groups/length', undefined],
    ['/groups/-', undefined],
    ['/groups/00', undefined],
    ['/groups/0/length', undefined],
    ['/none/x', undefined],
    ['/', undefined],
    ['', undefined],
    ['constructor', undefined],
    ['/constructor/name', undefined],
    ['/realm_access/__proto__', undefined],
  ])('A15: %s', (name, expected) => expect(readClaim(claims, name)).toEqual(expected));
});

describe('Claims that are kept', () => {
  const groups = { values: ['staff', 'true', '7'] };

  it('A16: all values count, however many, and only those that a rule names are kept', () => {
    const many = [...Array.from({ length: 5000 }, (_, index) => `group-${index}`), 'staff'];
    expect(keptClaims({ groups }, { groups: many, other: ['staff'] })).toEqual({ groups: ['staff'] });
    expect(keptClaims({ groups }, { groups: [...many].reverse() })).toEqual({ groups: ['staff'] });
    expect(keptClaims({ groups }, { groups: ['staff', 'staff', 'Staff', true, 7, null, {}] })).toEqual({
      groups: ['staff', 'true', '7'],
    });
    expect(keptClaims({ groups }, { groups: 'staff,other' })).toBeUndefined();
  });

  it('A15: under the name that the rule has, from the first source that has the claim', () => {
    const needed = { '/realm_access/roles': { values: ['admin'] }, hd: { values: ['Example.com'], ignoresCase: true } };
    const userInfo = { realm_access: { roles: ['from userinfo', 'admin'] }, hd: 'example.COM' };
    expect(keptClaims(needed, { sub: 'x' }, userInfo)).toEqual({
      '/realm_access/roles': ['admin'],
      hd: ['example.COM'],
    });
    expect(keptClaims(needed, { realm_access: { roles: [] } }, userInfo)).toEqual({ hd: ['example.COM'] });
  });

  it('are absent rather than empty', () => {
    expect(keptClaims({ groups }, { groups: [] }, undefined)).toBeUndefined();
    expect(keptClaims({ constructor: { values: ['x'] } }, {})).toBeUndefined();
  });
});

describe('What was found of a claim', () => {
  it.each<[unknown, string]>([
    [undefined, 'absent'],
    [['canary', 'canary'], 'list, 2 values'],
    [['canary'], 'list, 1 value'],
    [[], 'list, 0 values'],
    ['canary,canary', 'text, 1 value'],
    [7, 'number, 1 value'],
    [true, 'boolean, 1 value'],
    [{ canary: {}, other: 'canary' }, 'object, 2 members, no value'],
    [null, 'null, 0 values'],
  ])('A17: of %j it says %s, and never a value', (groups, found) => {
    const claims = groups === undefined ? {} : { groups };
    expect(findClaims({ groups: { values: ['x'] } }, undefined, claims)).toEqual({ groups: found });
  });
});
