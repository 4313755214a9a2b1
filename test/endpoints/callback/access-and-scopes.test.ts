import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../../support/authorization/handlers.ts';
import { authorizationQuery, ISSUER, locationOf, REDIRECT_URI } from '../../support/authorization/requests.ts';
import { PERSON } from '../../support/authorization/scripted-idp.ts';
import { approved, expectNothingLeft } from './fixture.ts';

describe('Callback: which users have access', () => {
  const RULES = { access: { emailDomains: ['example.com'] } };

  it('allows a user whom a rule names, and keeps the email address for the next check', async () => {
    const { gate, browser, back } = await approved(RULES);
    expect((await gate.callback(back, browser)).status).toBe(303);
    expect([...gate.grants.rows.values()][0]?.identity.email).toBe('ada@example.com');
  });

  it('other users see their account, and may use another one or go back', async () => {
    const { gate, browser, back } = await approved(RULES);
    gate.provider().answer = () => ({ ...PERSON, email: 'eve@evil.test' });
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(403);
    expectNothingLeft(gate, answer);
    expect(answer.body).toContain('eve@evil.test');
    expect(JSON.stringify(gate.logged)).not.toContain('eve@evil.test');
    const [another, home] = [...answer.body.matchAll(/href="(https:[^"]+)"/g)].map(
      ([, href = '']) => new URL(href.replaceAll('&amp;', '&')),
    );
    expect(another?.searchParams.get('prompt')).toBe('select_account');
    expect(home?.href.startsWith(`${REDIRECT_URI}?error=access_denied`)).toBe(true);

    gate.provider().answer = () => PERSON;
    const again = new URLSearchParams({ code: 'second', state: another?.searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
  });

  it('#155 an unverified email address does not count, and the page says so', async () => {
    const { gate, browser, back } = await approved(RULES);
    gate.provider().answer = () => ({ ...PERSON, emailVerified: false });
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('has not verified');
  });

  it('A17: the event says which claims the rules looked for, and what was found of them', async () => {
    const access = { emails: ['bob@example.com'], claims: { '/realm_access/roles': ['canary'] } };
    const { gate, browser, back } = await approved({ access });
    gate.provider().foundClaims = { '/realm_access/roles': 'list, 3 values' };
    expect((await gate.callback(back, browser)).status).toBe(403);
    expect(gate.logged).toContainEqual(
      expect.objectContaining({
        event: 'login_failed',
        reason: 'not_allowed',
        detail:
          'no access rule matches this user. The rules looked for email (text, verified), /realm_access/roles (list, 3 values).',
      }),
    );
  });

  it('a hostile name is harmless on the page', async () => {
    const { gate, browser, back } = await approved(RULES);
    gate.provider().answer = () => ({ ...PERSON, email: '<b>@evil.test' });
    expect((await gate.callback(back, browser)).body).toContain('&lt;b&gt;@evil.test');
  });
});

describe('Scopes that only some users may have', () => {
  const grantedTo = { extra: [{ claims: { groups: ['admins'] } }] };
  const WANTED = authorizationQuery({ scope: 'mcp extra' });
  const logIn = async (options: AuthorizationHarnessOptions, groups: string[], query = WANTED) => {
    const gate = new AuthorizationHarness(options);
    gate.addClient();
    gate.provider().answer = () => ({ ...PERSON, claims: { groups } });
    const browser = new Browser();
    const upstream = await gate.approve(browser, query);
    const back = new URLSearchParams({ code: 'upstream-code', state: upstream.searchParams.get('state') ?? '' });
    return { gate, location: locationOf(await gate.callback(back, browser)) };
  };

  it('are granted to users whom the rules name', async () => {
    const { gate } = await logIn({ grantedTo }, ['admins']);
    expect([...gate.grants.rows.values()][0]).toMatchObject({
      scopes: ['mcp', 'extra'],
      identity: { claims: { groups: ['admins'] } },
    });
  });

  it('are not granted to other users, who get the rest', async () => {
    const { gate, location } = await logIn({ grantedTo }, ['staff']);
    expect(location.searchParams.has('code')).toBe(true);
    expect([...gate.grants.rows.values()][0]?.scopes).toEqual(['mcp']);
  });

  it('access_denied when no scope with an effect is left', async () => {
    const restricted = { mcp: [{ claims: { groups: ['admins'] } }] };
    const query = authorizationQuery({ scope: 'mcp offline_access' });
    const { gate, location } = await logIn({ grantedTo: restricted }, ['staff'], query);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error: 'access_denied',
      error_description:
        'The access rules do not allow this account these scopes: mcp. Without them the client could do nothing.',
      state: 'the state',
    });
    expect(gate.grants.rows.size).toBe(0);
    expect(gate.logged.at(-1)).toMatchObject({
      event: 'login_failed',
      reason: 'no_scope',
      detail:
        'grantedTo refuses this user: mcp. Without them the client could do nothing. The rules looked for groups (absent).',
    });
  });
});

describe('A step-up that may grant nothing new', () => {
  const grantedTo = { extra: [{ claims: { groups: ['admins'] } }] };
  const opened = (options: AuthorizationHarnessOptions = {}) => {
    const gate = new AuthorizationHarness({ grantedTo, scopes: { mcp: {}, extra: {}, more: {} }, ...options });
    gate.addClient();
    const logIn = async (scope: string, overrides: Record<string, string> = {}) => {
      const browser = new Browser();
      const upstream = await gate.approve(browser, authorizationQuery({ scope, ...overrides }));
      const back = new URLSearchParams({ code: 'upstream-code', state: upstream.searchParams.get('state') ?? '' });
      return locationOf(await gate.callback(back, browser)).searchParams;
    };
    return { gate, logIn };
  };

  const redeemAll = (gate: AuthorizationHarness) => {
    for (const [id, grant] of gate.grants.rows) gate.grants.rows.set(id, { ...grant, status: 'redeemed' });
  };

  it('A9: a user who may have part of what was asked for gets that part, however often the client asks', async () => {
    const { gate, logIn } = opened();
    for (const scope of ['mcp', 'mcp extra', 'mcp extra', 'mcp extra', 'mcp extra more', 'extra mcp']) {
      expect((await logIn(scope)).has('code')).toBe(true);
      redeemAll(gate);
    }
    expect(
      [...gate.grants.rows.values()].map(({ scopes, refusedScopes }) => [scopes, refusedScopes]).slice(0, 2),
    ).toEqual([
      [['mcp'], undefined],
      [['mcp'], ['extra']],
    ]);
  });

  it('A9: a request for nothing but what was refused before is denied, and says which scopes and why', async () => {
    const { gate, logIn } = opened();
    expect((await logIn('extra')).has('code')).toBe(true);
    redeemAll(gate);
    const why = 'An earlier login was refused the same, and nothing else is requested.';
    expect(Object.fromEntries(await logIn('extra offline_access'))).toEqual({
      error: 'access_denied',
      error_description: `The access rules do not allow this account these scopes: extra. ${why}`,
      state: 'the state',
      iss: ISSUER,
    });
    expect([...gate.grants.rows.values()].map(({ status }) => status)).toEqual(['redeemed']);
    expect(gate.logged.at(-1)).toMatchObject({
      event: 'login_failed',
      reason: 'no_scope',
      detail: `grantedTo refuses this user: extra. ${why} The rules looked for groups (absent).`,
    });
    expect((await logIn('extra mcp')).has('code')).toBe(true);
  });

  it('A1: a grant remembers which scopes were refused and which were unknown', async () => {
    const { gate, logIn } = opened();
    expect((await logIn('mcp extra custom:read openid')).has('code')).toBe(true);
    const [grant] = gate.grants.rows.values();
    expect(grant).toMatchObject({
      scopes: ['mcp'],
      refusedScopes: ['extra'],
      droppedScopes: ['custom:read', 'openid'],
    });
  });

  it.each([
    ['write', ['staff'], ['mcp']],
    ['write', ['admins'], ['write']],
    ['write mcp', ['staff'], ['mcp']],
    ['write more', ['staff'], ['more', 'mcp']],
    ['write offline_access', ['staff'], ['offline_access', 'mcp']],
    ['owner', ['admins'], ['write', 'mcp']],
    ['owner', ['staff'], ['mcp']],
  ])(
    'A9: `scope=%s` asks for what it implies: a user of %j gets %j, however often',
    async (scope, groups, expected) => {
      const { gate, logIn } = opened({
        grantedTo: { write: [{ claims: { groups: ['admins'] } }], owner: [{ claims: { groups: ['owners'] } }] },
        scopes: { mcp: {}, more: {}, write: { implies: ['mcp'] }, owner: { implies: ['write'] } },
      });
      gate.provider().answer = () => ({ ...PERSON, claims: { groups } });
      for (const _ of ['first', 'second', 'third']) {
        expect((await logIn(scope)).has('code')).toBe(true);
        expect([...gate.grants.rows.values()].at(-1)?.scopes).toEqual(expected);
        redeemAll(gate);
      }
    },
  );

  it('A9: what a refused scope implies is refused too where a rule says so', async () => {
    const { gate, logIn } = opened({
      grantedTo: { write: [{ claims: { groups: ['admins'] } }], mcp: [{ claims: { groups: ['admins'] } }] },
      scopes: { mcp: {}, write: { implies: ['mcp'] } },
    });
    expect((await logIn('write')).get('error')).toBe('access_denied');
    expect(gate.grants.rows.size).toBe(0);
  });

  it('A9: a code that was never redeemed does not count', async () => {
    const { logIn } = opened();
    for (const _ of ['first', 'second', 'third']) expect((await logIn('extra')).has('code')).toBe(true);
  });

  it('another client, another server and an ended connection do not count', async () => {
    const { gate, logIn } = opened({ paths: ['/mcp', '/other'] });
    gate.addClient({ clientId: 'another' });
    const resource = `${ISSUER}/mcp`;
    expect((await logIn('extra', { client_id: 'another', resource })).has('code')).toBe(true);
    expect((await logIn('extra', { resource: `${ISSUER}/other` })).has('code')).toBe(true);
    expect((await logIn('extra', { resource })).has('code')).toBe(true);
    redeemAll(gate);
    const ended = [...gate.grants.rows.keys()].at(-1) ?? '';
    await gate.grants.revokeGrant(ended);
    expect((await logIn('extra', { resource })).has('code')).toBe(true);
    expect((await logIn('extra', { client_id: 'another', resource })).get('error')).toBe('access_denied');
  });

  it('earlier grants are read only if the client asks for nothing but what is refused', async () => {
    const { gate, logIn } = opened();
    for (const scope of ['mcp more', 'mcp extra']) await logIn(scope);
    expect(gate.grants.reads).toBe(0);
    await logIn('extra');
    expect(gate.grants.reads).toBe(1);
  });

  it('a fault of the index is a page with "Try again", not a denial', async () => {
    const { gate } = opened();
    const browser = new Browser();
    const upstream = await gate.approve(browser, authorizationQuery({ scope: 'extra' }));
    gate.grants.failing = true;
    const back = new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' });
    const answer = await gate.callback(back, browser);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
  });
});
