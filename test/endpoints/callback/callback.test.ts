import { sha256 } from '../../../lambdas/core/crypto.ts';
import { EXPIRED_CODE_RETENTION_SECONDS } from '../../../lambdas/core/grants/authorization-code.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { UpstreamError, type UpstreamErrorReason } from '../../../lambdas/core/upstream/errors.ts';
import {
  AuthorizationHarness,
  type AuthorizationHarnessOptions,
  authorizationQuery,
  Browser,
  CODE_CHALLENGE,
  ISSUER,
  locationOf,
  PERSON,
  REDIRECT_URI,
} from '../../support/memory/authorization-harness.ts';

const approved = async (options: AuthorizationHarnessOptions = {}, idp = 'company') => {
  const gate = new AuthorizationHarness(options);
  gate.addClient();
  const browser = new Browser();
  const upstream = await gate.approve(browser, authorizationQuery(), options.providers ? { idp } : undefined);
  const back = new URLSearchParams({ code: 'upstream-code', state: upstream.searchParams.get('state') ?? '' });
  return { gate, browser, back };
};

const failWith =
  (reason: UpstreamErrorReason, isFromBrowser = false) =>
  () => {
    throw new UpstreamError(reason, 'why it failed', { isFromBrowser });
  };

/** Asserts that nothing leaves for the client, and no grant was made. */
const expectNothingLeft = (gate: AuthorizationHarness, answer: { headers: Readonly<Record<string, string>> }) => {
  expect(answer.headers.location).toBeUndefined();
  expect(gate.grants.rows.size).toBe(0);
};

describe('Callback', () => {
  it('sends the client a code, with state and iss (RFC 6749 §4.1.2, RFC 9207 §2): two writes', async () => {
    const { gate, browser, back } = await approved();
    gate.transactions.writes = 0;
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(303);
    const location = locationOf(answer);
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      code: expect.stringMatching(/^gh_ac_[\w-]{22}\.[\w-]{43}$/),
      state: 'the state',
      iss: ISSUER,
    });
    const { transactions, grants, clients } = gate;
    expect([transactions.writes, transactions.reads, grants.writes, grants.reads, clients.writes]).toEqual([
      1, 0, 1, 0, 0,
    ]);
    expect(gate.events()).toEqual(['consent_shown', 'consent_given', 'login_succeeded', 'code_issued']);
    expect([...browser.cookies.keys()]).toEqual(['__Host-gatehouse-page']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  });

  it('stores the grant with the hash of the code, and of the person no more than is needed (#236)', async () => {
    const { gate, browser, back } = await approved();
    const code = locationOf(await gate.callback(back, browser)).searchParams.get('code') ?? '';
    const [grant] = gate.grants.rows.values();
    expect(grant).toEqual({
      grantId: expect.stringMatching(/^[\w-]{22}$/),
      clientId: 'gh_client_test',
      redirectUri: REDIRECT_URI,
      codeChallenge: CODE_CHALLENGE,
      resource: `${ISSUER}/mcp`,
      scopes: ['mcp'],
      subject: expect.stringMatching(/^[\w-]{43}$/),
      identity: { identityProviderId: 'company', issuer: PERSON.issuer, subject: 'person-1', emailVerified: true },
      status: 'issued',
      codeHash: sha256(code),
      codeExpiresAt: gate.now + 60,
      issuedAt: gate.now,
      expiresAt: gate.now + 60 + EXPIRED_CODE_RETENTION_SECONDS,
    });
    expect(JSON.stringify([...gate.grants.rows.values(), ...gate.logged])).not.toContain(code.split('.')[1]);
  });

  it('keeps e-mail and name where a scope passes them on', async () => {
    const { gate, browser, back } = await approved({ requiredScopes: ['mcp', 'email', 'profile'] });
    await gate.callback(back, browser);
    expect([...gate.grants.rows.values()][0]?.identity).toEqual(PERSON);
  });

  it('#182 extends the life of a client that is due, by a third write', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient({ expiresAt: gate.now + 86_400 });
    const browser = new Browser();
    const upstream = await gate.approve(browser);
    await gate.callback(new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' }), browser);
    expect(gate.clients.writes).toBe(1);
    expect(gate.clients.rows.get('gh_client_test')?.expiresAt).toBe(gate.now + 97 * 86_400);
  });

  it('#131 two tabs of one browser do not disturb each other', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient();
    const browser = new Browser();
    const states = [await gate.approve(browser), await gate.approve(browser)].map(
      (url) => url.searchParams.get('state') ?? '',
    );
    for (const state of states.reverse()) {
      expect((await gate.callback(new URLSearchParams({ code: 'c', state }), browser)).status).toBe(303);
    }
    expect(gate.grants.rows.size).toBe(2);
  });
});

describe('Callback: only here, only now, only once', () => {
  it('#126 in another browser: no code, and the upstream code is not redeemed', async () => {
    const { gate, back } = await approved();
    const answer = await gate.callback(back, new Browser());
    expect(answer.status).toBe(403);
    expectNothingLeft(gate, answer);
    expect(gate.provider().redeemed).toEqual([]);
    expect([...gate.transactions.rows.values()][0]?.status).toBe('approved');
  });

  it('#126 with the binding cookie of another login', async () => {
    const { gate, back } = await approved();
    const thief = new Browser();
    await gate.approve(thief);
    const [own] = [...thief.cookies].filter(([name]) => name.startsWith('__Host-gatehouse-tx-'));
    const id = (back.get('state') ?? '').split('.')[0];
    thief.cookies.set(`__Host-gatehouse-tx-${id}`, own?.[1] ?? '');
    expectNothingLeft(gate, await gate.callback(back, thief));
    expect(gate.provider().redeemed).toEqual([]);
  });

  it.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAA.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])(
    "#144 a state of %j is nobody's",
    async (state) => {
      const { gate, browser } = await approved();
      const answer = await gate.callback(new URLSearchParams({ code: 'c', state }), browser);
      expect(answer.status).toBe(400);
      expectNothingLeft(gate, answer);
    },
  );

  it('#144 a state whose leg was changed is refused', async () => {
    const { gate, browser, back } = await approved();
    back.set('state', (back.get('state') ?? '').replace('.1.', '.2.'));
    expect((await gate.callback(back, browser)).status).toBe(400);
  });

  it('#144 a state whose authentication code is wrong is refused before anything is touched', async () => {
    const { gate, browser, back } = await approved();
    const state = back.get('state') ?? '';
    back.set('state', `${state.slice(0, -4)}AAAA`);
    expect((await gate.callback(back, browser)).status).toBe(400);
    expect([...gate.transactions.rows.values()][0]?.status).toBe('approved');
    expect(gate.provider().redeemed).toEqual([]);
  });

  it('#146 an answer of one provider is not taken for another', async () => {
    const { gate, browser, back } = await approved({ providers: ['google', 'work'] }, 'google');
    const answer = await gate.callback(back, browser, 'work');
    expect(answer.status).toBe(400);
    expectNothingLeft(gate, answer);
    expect(gate.provider('work').redeemed).toEqual([]);
    expect((await gate.callback(back, browser, 'google')).status).toBe(303);
  });

  it.each(['unknown', 'constructor', '__proto__'])('there is no provider %s', async (idp) => {
    const { gate, browser, back } = await approved();
    expect((await gate.callback(back, browser, idp)).status).toBe(404);
  });

  it('#145 replayed, at once twenty times: one code', async () => {
    const { gate, browser, back } = await approved();
    const answers = await Promise.all(Array.from({ length: 20 }, () => gate.callback(back, browser)));
    expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(19);
    expect([gate.grants.rows.size, gate.provider().redeemed.length]).toEqual([1, 1]);
  });

  it('#144 after ten minutes it is too late, though the row is still there', async () => {
    const { gate, browser, back } = await approved();
    gate.now += 600;
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(400);
    expectNothingLeft(gate, answer);
    expect(gate.provider().redeemed).toEqual([]);
  });

  it('#23 a parameter twice is refused', async () => {
    const { gate, browser, back } = await approved();
    back.append('code', 'another');
    expect((await gate.callback(back, browser)).status).toBe(400);
    expect(gate.provider().redeemed).toEqual([]);
  });
});

describe('Callback: the provider', () => {
  it('declined: the client gets access_denied', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith('denied');
    const answer = await gate.callback(back, browser);
    expect(Object.fromEntries(locationOf(answer).searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: ISSUER,
    });
    expect(gate.events()).toContain('login_failed');
    expect(gate.grants.rows.size).toBe(0);
  });

  it.each([
    ['rejected', 403],
    ['misconfigured', 503],
  ] as const)('%s: a page, and nothing leaves', async (reason, status) => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith(reason);
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(status);
    expectNothingLeft(gate, answer);
    expect(answer.body).not.toContain('why it failed');
    expect(gate.logged.find((line) => line.event === 'login_failed')).toMatchObject({
      reason,
      detail: 'why it failed',
    });
  });

  // The query is whatever the browser brings, and 5xx is for what a stranger cannot cause (decision 31).
  it.each([
    ['rejected', 403],
    ['misconfigured', 400],
    ['unavailable', 400],
  ] as const)('%s, as the browser has it: a refusal, however often it comes', async (reason, status) => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith(reason, true);
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(status);
    expectNothingLeft(gate, answer);
    expect(gate.events()).not.toContain('request_failed');
    expect(gate.logged.find((line) => line.event === 'login_failed')).toMatchObject({ reason, isFromBrowser: true });
  });

  it('sent back because the provider cannot now: "Try again" goes on', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = failWith('unavailable', true);
    const answer = await gate.callback(back, browser);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    gate.provider().answer = () => PERSON;
    const href = /href="([^"]+)">Try again/.exec(answer.body)?.[1] ?? '';
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
  });

  it('#161 down: a page whose "Try again" starts a new leg; no upstream code is sent twice', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().answer = () => {
      throw new UnavailableError('the identity provider');
    };
    const down = await gate.callback(back, browser);
    expect([down.status, down.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
    const href = /href="([^"]+)">Try again/.exec(down.body)?.[1]?.replaceAll('&amp;', '&') ?? '';

    gate.provider().answer = () => PERSON;
    expect((await gate.callback(back, browser)).status).toBe(400); // the first leg is over
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
    expect(gate.provider().redeemed).toEqual(['upstream-code', 'second']);
  });

  it('down before anything was used: the very same answer works once it is back', async () => {
    const { gate, browser, back } = await approved();
    const provider = gate.provider();
    provider.onPrepare = () => {
      throw new UnavailableError('the identity provider');
    };
    expect((await gate.callback(back, browser)).status).toBe(503);
    expect(gate.logged.filter(({ event }) => event === 'login_failed')).toMatchObject([{ reason: 'unavailable' }]);
    provider.onPrepare = () => undefined;
    expect((await gate.callback(back, browser)).status).toBe(303);
  });

  it('not set up: a page that says so, without names of ours, and the log has the reason', async () => {
    const { gate, browser, back } = await approved();
    gate.provider().onPrepare = failWith('misconfigured');
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('is not set up');
    expect(gate.logged.at(-1)).toMatchObject({ event: 'request_failed', detail: 'why it failed' });
    expect(gate.logged.filter(({ event }) => event === 'login_failed')).toMatchObject([{ reason: 'misconfigured' }]);
  });

  it('a fault of the grants table: try again, and the code that was not stored never left', async () => {
    const { gate, browser, back } = await approved();
    gate.grants.failing = true;
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(503);
    expectNothingLeft(gate, answer);
    gate.grants.failing = false;
    const href = /href="([^"]+)">Try again/.exec(answer.body)?.[1] ?? '';
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).status).toBe(303);
  });
});

describe('Callback: who may come in', () => {
  const RULES = { access: { emailDomains: ['example.com'] } };

  it('lets in whom a rule names, and keeps the e-mail address for the next look', async () => {
    const { gate, browser, back } = await approved(RULES);
    expect((await gate.callback(back, browser)).status).toBe(303);
    expect([...gate.grants.rows.values()][0]?.identity.email).toBe('ada@example.com');
  });

  it('others see as whom they are signed in, and may use another account or go back', async () => {
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

  it('#155 an unverified address counts for nothing, and the page says so', async () => {
    const { gate, browser, back } = await approved(RULES);
    gate.provider().answer = () => ({ ...PERSON, emailVerified: false });
    const answer = await gate.callback(back, browser);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('has not verified');
  });

  it('a hostile name is harmless on the page', async () => {
    const { gate, browser, back } = await approved(RULES);
    gate.provider().answer = () => ({ ...PERSON, email: '<b>@evil.test' });
    expect((await gate.callback(back, browser)).body).toContain('&lt;b&gt;@evil.test');
  });
});

describe('Scopes that not everybody may have', () => {
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

  it('go to those whom the rules name', async () => {
    const { gate } = await logIn({ grantedTo }, ['admins']);
    expect([...gate.grants.rows.values()][0]).toMatchObject({
      scopes: ['mcp', 'extra'],
      identity: { claims: { groups: ['admins'] } },
    });
  });

  it('and to nobody else, who gets the rest', async () => {
    const { gate, location } = await logIn({ grantedTo }, ['staff']);
    expect(location.searchParams.has('code')).toBe(true);
    expect([...gate.grants.rows.values()][0]?.scopes).toEqual(['mcp']);
  });

  it('access_denied where nothing is left that a program could use', async () => {
    const restricted = { mcp: [{ claims: { groups: ['admins'] } }] };
    const query = authorizationQuery({ scope: 'mcp offline_access' });
    const { gate, location } = await logIn({ grantedTo: restricted }, ['staff'], query);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ error: 'access_denied', state: 'the state' });
    expect(gate.grants.rows.size).toBe(0);
    expect(gate.logged.at(-1)).toMatchObject({ event: 'login_failed', reason: 'no_scope' });
  });
});

describe('A step-up that may bring nothing', () => {
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

  it('ends with access_denied at once where what is new may not be granted, and leaves what there is', async () => {
    const { gate, logIn } = opened();
    expect((await logIn('mcp')).has('code')).toBe(true);
    expect(Object.fromEntries(await logIn('mcp extra'))).toEqual({
      error: 'access_denied',
      error_description: 'This account may not use any of the requested scopes.',
      state: 'the state',
      iss: ISSUER,
    });
    expect([...gate.grants.rows.values()].map(({ status }) => status)).toEqual(['issued']);
    expect(gate.logged.at(-1)).toMatchObject({ event: 'login_failed', reason: 'no_scope' });
  });

  it('whoever asks again for what was refused gets what there is: a second machine is no step-up', async () => {
    const { gate, logIn } = opened();
    expect((await logIn('mcp')).has('code')).toBe(true);
    expect((await logIn('mcp extra')).get('error')).toBe('access_denied');
    expect([...gate.grants.rows.values()].map(({ refusedScopes }) => refusedScopes)).toEqual([['extra']]);
    expect((await logIn('mcp extra')).has('code')).toBe(true);
    expect((await logIn('mcp extra')).get('error')).toBe('access_denied');
  });

  it('a second machine that asks for the same is let in; the third time within ten minutes is a loop', async () => {
    const { gate, logIn } = opened();
    gate.now += 1;
    for (const _ of ['first machine', 'second machine']) expect((await logIn('mcp extra')).has('code')).toBe(true);
    expect([...gate.grants.rows.values()].map(({ scopes, refusedScopes }) => [scopes, refusedScopes])).toEqual([
      [['mcp'], ['extra']],
      [['mcp'], ['extra']],
    ]);
    expect((await logIn('mcp extra')).get('error')).toBe('access_denied');
    for (const [id, grant] of gate.grants.rows) gate.grants.rows.set(id, { ...grant, status: 'redeemed' });
    gate.now += 600;
    expect((await logIn('mcp extra')).has('code')).toBe(true);
  });

  it('a code that came to nothing counts for nothing, though its row is still there', async () => {
    const { gate, logIn } = opened();
    expect((await logIn('mcp')).has('code')).toBe(true);
    gate.now += 60;
    expect((await logIn('mcp extra')).has('code')).toBe(true);
  });

  it('neither another program, nor another server, nor a connection that was ended counts', async () => {
    const { gate, logIn } = opened({ paths: ['/mcp', '/other'] });
    gate.addClient({ clientId: 'another' });
    const resource = `${ISSUER}/mcp`;
    expect((await logIn('mcp', { client_id: 'another', resource })).has('code')).toBe(true);
    expect((await logIn('mcp', { resource: `${ISSUER}/other` })).has('code')).toBe(true);
    expect((await logIn('mcp', { resource })).has('code')).toBe(true);
    const ended = [...gate.grants.rows.keys()].at(-1) ?? '';
    await gate.grants.revokeGrant(ended);
    expect((await logIn('mcp extra', { resource })).has('code')).toBe(true);
  });

  it('nobody is looked up where nothing is refused', async () => {
    const { gate, logIn } = opened();
    await logIn('mcp more');
    expect(gate.grants.reads).toBe(0);
    await logIn('mcp extra');
    expect(gate.grants.reads).toBe(1);
  });

  it('a fault of the index is a page with "Try again", not a denial', async () => {
    const { gate } = opened();
    const browser = new Browser();
    const upstream = await gate.approve(browser, authorizationQuery({ scope: 'mcp extra' }));
    gate.grants.failing = true;
    const back = new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' });
    const answer = await gate.callback(back, browser);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
  });
});
