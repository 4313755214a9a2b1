import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';
import { Browser } from '../support/authorization/browser.ts';
import {
  authorizationQuery,
  ISSUER,
  locationOf,
  REDIRECT_URI,
  sealedRequestOf,
} from '../support/authorization/requests.ts';

const shownForm = async (options = {}, query = authorizationQuery()) => {
  const gate = new AuthorizationHarness(options);
  gate.addClient();
  const browser = new Browser();
  const request = sealedRequestOf(await gate.authorize(query, browser));
  return { gate, browser, request };
};

const bindings = (browser: Browser) =>
  [...browser.cookies.keys()].filter((name) => name.startsWith('__Host-gatehouse-tx-'));

describe('Consent endpoint', () => {
  it('approve: one write, the binding cookie, 303 to the provider', async () => {
    const { gate, browser, request } = await shownForm();
    const answer = await gate.consent({ request, decision: 'approve' }, browser);
    expect(answer.status).toBe(303);
    expect(locationOf(answer).origin).toBe('https://company.idp.example');
    expect([gate.transactions.reads, gate.transactions.writes, gate.clients.reads, gate.grants.writes]).toEqual([
      0, 1, 1, 0,
    ]);
    expect(answer.cookies).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse-tx-[\w-]{22}=1800000000\.[\w-]{43}; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
      ),
    ]);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(gate.events()).toEqual(['consent_shown', 'consent_given']);
  });

  it('#30 sends nothing of the client upstream, and stores no secret', async () => {
    const { gate, browser, request } = await shownForm(
      {},
      authorizationQuery({ state: 'canary-state', prompt: 'canary' }),
    );
    const answer = await gate.consent({ request, decision: 'approve' }, browser);
    expect(answer.headers.location).not.toMatch(/canary|client\.example|E9Melhoa/);
    const [row] = gate.transactions.rows.values();
    const cookie = [...browser.cookies.values()].find((value) => value.startsWith('1800000000.')) ?? '';
    expect(JSON.stringify(row)).not.toContain(cookie.split('.')[1]);
    expect(JSON.stringify(row)).not.toContain(locationOf(answer).searchParams.get('state'));
  });

  it('#30 not even prompt and login_hint: whom to log in as is between the person and the provider', async () => {
    const query = authorizationQuery({ prompt: 'select_account', login_hint: 'eve@example.com' });
    const { gate, browser, request } = await shownForm({}, query);
    const { searchParams } = locationOf(await gate.consent({ request, decision: 'approve' }, browser));
    expect([searchParams.get('prompt'), searchParams.get('login_hint')]).toEqual([null, null]);
  });

  it('#139 deny: access_denied with state and iss; one write, which holds nothing of the request', async () => {
    const { gate, browser, request } = await shownForm();
    const answer = await gate.consent({ request, decision: 'deny', idp: 'company' }, browser);
    expect(answer.status).toBe(303);
    const location = locationOf(answer);
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: ISSUER,
    });
    expect([gate.transactions.writes, gate.transactions.rows.size, answer.cookies.length]).toEqual([1, 0, 0]);
    expect([...gate.transactions.denied.values()]).toEqual([gate.now + 600]);
    expect(gate.events()).toEqual(['consent_shown', 'consent_denied']);
  });

  it('A38: after Deny the form cannot be approved, and after Approve it cannot be denied', async () => {
    const denied = await shownForm();
    const post = ({ gate, browser, request }: typeof denied, decision: string) =>
      gate.consent({ request, decision }, browser);
    const first = await post(denied, 'deny');
    const approval = await post(denied, 'approve');
    expect([approval.status, approval.headers.location, approval.cookies]).toEqual([400, undefined, []]);
    expect(approval.body).toContain('You have already responded');
    expect((await post(denied, 'deny')).headers.location).toBe(first.headers.location);

    const approved = await shownForm();
    const upstream = locationOf(await post(approved, 'approve'));
    const denial = await post(approved, 'deny');
    expect([denial.status, denial.headers.location]).toEqual([400, undefined]);
    expect((await post(approved, 'approve')).headers.location).toBe(upstream.href);
    const state = upstream.searchParams.get('state') ?? '';
    const back = await approved.gate.callback(new URLSearchParams({ code: 'c', state }), approved.browser);
    expect(locationOf(back).searchParams.get('error')).toBeNull();
    expect(approved.gate.events()).not.toContain('consent_denied');
    expect((await post(approved, 'deny')).status).toBe(400);
  });

  it('#2 takes nothing of the request from the form', async () => {
    const { gate, browser, request } = await shownForm();
    await gate.consent(
      {
        request,
        decision: 'approve',
        redirect_uri: 'https://evil.test/cb',
        client_id: 'other',
        scope: 'all',
        resource: 'x',
      },
      browser,
    );
    const [row] = gate.transactions.rows.values();
    expect(row?.request).toMatchObject({ redirectUri: REDIRECT_URI, clientId: 'gh_client_test', scopes: ['mcp'] });
  });

  it.each([
    ['another origin', { origin: 'https://evil.test' }],
    ['an origin that begins alike', { origin: `${ISSUER}.evil.test` }],
    ['Origin: null', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
  ])('#129 refuses %s', async (_, headers) => {
    const { gate, browser, request } = await shownForm();
    const answer = await gate.consent({ request, decision: 'approve' }, browser, headers);
    expect([answer.status, gate.transactions.writes, answer.cookies.length]).toEqual([403, 0, 0]);
  });

  it('#129 refuses a form without the page cookie, and one of another browser', async () => {
    const { gate, request } = await shownForm();
    expect((await gate.consent({ request, decision: 'approve' }, new Browser())).status).toBe(403);
    const other = new Browser();
    await gate.authorize(authorizationQuery(), other);
    expect((await gate.consent({ request, decision: 'approve' }, other)).status).toBe(400);
    expect(gate.transactions.writes).toBe(0);
  });

  it('#141 refuses a form that was altered, is missing, or has expired', async () => {
    const { gate, browser, request } = await shownForm();
    const parts = request.split('.');
    const altered = [
      ...parts.slice(0, 3),
      `${parts[3]?.startsWith('A') ? 'B' : 'A'}${parts[3]?.slice(1)}`,
      parts[4],
    ].join('.');
    for (const form of [{ request: altered }, {}, { request: 'x' }, { request: 'a.b.c.d.e' }]) {
      expect((await gate.consent({ ...form, decision: 'approve' }, browser)).status).toBe(400);
    }
    gate.now += 601;
    expect((await gate.consent({ request, decision: 'approve' }, browser)).status).toBe(400);
    expect(gate.transactions.writes).toBe(0);
  });

  it('binds the transaction to the chosen provider', async () => {
    const { gate, browser, request } = await shownForm({ providers: ['google', 'work'] });
    const answer = await gate.consent({ request, idp: 'work' }, browser);
    expect(locationOf(answer).origin).toBe('https://work.idp.example');
    expect([...gate.transactions.rows.values()][0]?.identityProviderId).toBe('work');
  });

  it.each([{}, { decision: 'approve' }, { idp: 'unknown' }, { idp: 'constructor' }, { decision: 'x' }])(
    'refuses the choice %j where there are several',
    async (choice) => {
      const { gate, browser, request } = await shownForm({ providers: ['google', 'work'] });
      expect((await gate.consent({ request, ...choice }, browser)).status).toBe(400);
      expect(gate.transactions.writes).toBe(0);
    },
  );

  it('#131 the same form twice, at once, is one row and the same redirect', async () => {
    const { gate, browser, request } = await shownForm();
    const answers = await Promise.all([1, 2].map(() => gate.consent({ request, decision: 'approve' }, browser)));
    expect(answers[0]?.headers.location).toBe(answers[1]?.headers.location);
    expect(gate.transactions.rows.size).toBe(1);
  });

  it('a form whose login went on is not used again', async () => {
    const { gate, browser, request } = await shownForm();
    const upstream = locationOf(await gate.consent({ request, decision: 'approve' }, browser));
    await gate.callback(new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' }), browser);
    const again = await gate.consent({ request, decision: 'approve' }, browser);
    expect([again.status, again.headers.location]).toEqual([400, undefined]);
  });

  it('#142 keeps at most five binding cookies, and drops the oldest', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient();
    const browser = new Browser();
    for (let n = 0; n < 8; n += 1) {
      gate.now += 1;
      await gate.approve(browser);
    }
    expect(bindings(browser)).toHaveLength(5);
    expect([...browser.cookies.values()].filter((value) => /^180000000[4-8]\./.test(value))).toHaveLength(5);
    expect(browser.headers().cookie?.length).toBeLessThan(4096);
  });

  it('carries the longest request that /authorize takes', async () => {
    const { gate, browser, request } = await shownForm({}, authorizationQuery({ state: 'x'.repeat(5800) }));
    expect((await gate.consent({ request, decision: 'approve' }, browser)).status).toBe(303);
  });

  it.each([
    ['#60 too long', `request=${'x'.repeat(33_000)}`, 413],
    ['#23 a parameter twice', 'decision=approve&decision=deny', 400],
    ['#61 bytes that are not UTF-8', 'request=%ff', 400],
    ['#61 a broken escape', 'request=%zz', 400],
    ['nothing', '', 400],
  ])('refuses a form that is %s', async (_, body, status) => {
    const { gate, browser } = await shownForm();
    const answer = await gate.consent(body, browser);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
  });

  it.each([
    'application/json',
    'multipart/form-data',
    'text/plain',
    'application/x-www-form-urlencoded; charset=latin1',
  ])('#58 refuses the content type %s', async (contentType) => {
    const { gate, browser, request } = await shownForm();
    const form = { request, decision: 'approve' };
    expect((await gate.consent(form, browser, { 'content-type': contentType })).status).toBe(400);
  });

  it('a fault of the table is a page with 503; the form works afterwards', async () => {
    const { gate, browser, request } = await shownForm();
    gate.transactions.failing = true;
    expect((await gate.consent({ request, decision: 'approve' }, browser)).status).toBe(503);
    gate.transactions.failing = false;
    expect((await gate.consent({ request, decision: 'approve' }, browser)).status).toBe(303);
  });
});
