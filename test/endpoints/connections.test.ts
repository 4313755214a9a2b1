import { UnavailableError } from '../../lambdas/core/oauth-error.ts';
import { UpstreamError } from '../../lambdas/core/upstream/errors.ts';
import { formsOf } from '../support/http/html-form.ts';
import {
  type Answer,
  AuthorizationHarness,
  type AuthorizationHarnessOptions,
  authorizationQuery,
  Browser,
  ISSUER,
  locationOf,
  PERSON,
  withOneCharacterChanged,
} from '../support/memory/authorization-harness.ts';
import { redeemedGrant } from '../support/memory/records.ts';

const stateOf = (answer: Answer): URLSearchParams =>
  new URLSearchParams({ code: 'c', state: locationOf(answer).searchParams.get('state') ?? '' });

/** Somebody logs in to their connections. */
const logIn = async (gate: AuthorizationHarness, browser = new Browser(), idp = 'company') => {
  const sent = await gate.connections(browser, { idp });
  const answer = await gate.callback(stateOf(sent), browser, idp);
  return { browser, answer };
};

/** A gate where PERSON has connected a program, and somebody else has too. */
const connected = async (options: AuthorizationHarnessOptions = {}) => {
  const gate = new AuthorizationHarness(options);
  gate.addClient();
  const browser = new Browser();
  const upstream = await gate.approve(browser);
  await gate.callback(new URLSearchParams({ code: 'c', state: upstream.searchParams.get('state') ?? '' }), browser);
  const [[grantId, grant] = []] = gate.grants.rows;
  if (grantId === undefined || grant === undefined) throw new Error('nothing was granted');
  const add = (overrides: object) => {
    const { grant: added } = redeemedGrant({ subject: grant.subject, issuedAt: gate.now, ...overrides });
    gate.grants.rows.set(added.grantId, added);
    return added;
  };
  gate.grants.rows.set(grantId, { ...redeemedGrant().grant, ...grant, status: 'redeemed', expiresAt: gate.now + 9000 });
  const other = add({ subject: 'somebody else', clientId: grant.clientId, resource: grant.resource });
  gate.logged.length = 0;
  return { gate, grantId, add, other };
};

const sessionOf = (answer: Answer): string => formsOf(answer.body)[0]?.fields.session ?? '';
const connectionIdsOf = (answer: Answer): string[] =>
  formsOf(answer.body).flatMap(({ fields }) => (fields.connection === undefined ? [] : [fields.connection]));

describe('The way in to my connections', () => {
  it('is a page with a button for each provider: nothing is read or written', async () => {
    const gate = new AuthorizationHarness({ providers: ['google', 'work'] });
    const answer = await gate.connections(new Browser());
    expect([answer.status, answer.headers['cache-control'], answer.headers['x-frame-options']]).toEqual([
      200,
      'no-store',
      'DENY',
    ]);
    expect(formsOf(answer.body)).toEqual([
      {
        action: '/connections',
        method: 'post',
        fields: {},
        buttons: [
          { name: 'idp', value: 'google' },
          { name: 'idp', value: 'work' },
        ],
      },
    ]);
    expect(answer.cookies).toEqual([]);
    expect([gate.grants.reads, gate.transactions.writes]).toEqual([0, 0]);
  });

  it('one write, the binding cookie, and a redirect to the chosen provider', async () => {
    const gate = new AuthorizationHarness({ providers: ['google', 'work'] });
    const answer = await gate.connections(new Browser(), { idp: 'work' });
    expect([answer.status, locationOf(answer).host]).toEqual([303, 'work.idp.example']);
    expect(answer.cookies).toEqual([expect.stringMatching(/^__Host-gatehouse-tx-[\w-]{22}=.*SameSite=Lax$/)]);
    expect(gate.transactions.writes).toBe(1);
    expect([...gate.transactions.rows.values()]).toEqual([
      expect.objectContaining({ purpose: 'connections', identityProviderId: 'work', status: 'approved', leg: 1 }),
    ]);
  });

  it('ends with a session of ten minutes that only this server reads, and no grant', async () => {
    const gate = new AuthorizationHarness();
    const { answer } = await logIn(gate);
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect(answer.cookies[0]).toMatch(/^__Host-gatehouse-tx-.*Max-Age=0;/);
    expect(answer.cookies[1]).toMatch(
      /^__Host-gatehouse-session=[\w.-]+; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/,
    );
    expect(gate.grants.rows.size).toBe(0);
    expect(gate.clients.writes).toBe(0);
    expect(gate.events()).toEqual(['connections_opened']);
    expect(JSON.stringify(answer)).not.toContain('ada@example.com');
  });

  it('asks for no access rule: whoever lost access still sees and ends what they once allowed', async () => {
    const { gate } = await connected();
    const strict = new AuthorizationHarness({ access: { emails: ['nobody@example.com'] } });
    for (const [id, grant] of gate.grants.rows) strict.grants.rows.set(id, grant);
    strict.addClient();
    const { browser } = await logIn(strict);
    const shown = await strict.connections(browser);
    expect(shown.body).toContain('Test client');
    const form = { session: sessionOf(shown), action: 'end', connection: connectionIdsOf(shown)[0] ?? '' };
    await strict.connections(browser, form);
    expect((await strict.connections(browser)).body).not.toContain('Test client');
  });

  it.each(['unknown', 'constructor', '__proto__'])('there is no provider %s', async (idp) => {
    const gate = new AuthorizationHarness();
    expect((await gate.connections(new Browser(), { idp })).status).toBe(400);
    expect(gate.transactions.rows.size).toBe(0);
  });

  it('#126 the login ends only in the browser in which it began', async () => {
    const gate = new AuthorizationHarness();
    const sent = await gate.connections(new Browser(), { idp: 'company' });
    const answer = await gate.callback(stateOf(sent), new Browser());
    expect([answer.status, answer.cookies]).toEqual([403, []]);
    expect(gate.provider().redeemed).toEqual([]);
  });

  it('#145 replayed: one session', async () => {
    const gate = new AuthorizationHarness();
    const browser = new Browser();
    const back = stateOf(await gate.connections(browser, { idp: 'company' }));
    const answers = await Promise.all(Array.from({ length: 5 }, () => gate.callback(back, browser)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('#161 the provider is down: "Try again" starts a new leg', async () => {
    const gate = new AuthorizationHarness();
    const browser = new Browser();
    const sent = await gate.connections(browser, { idp: 'company' });
    gate.provider().answer = () => {
      throw new UnavailableError('the identity provider');
    };
    const down = await gate.callback(stateOf(sent), browser);
    expect(down.status).toBe(503);
    const href = /href="([^"]+)">Try again/.exec(down.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    gate.provider().answer = () => PERSON;
    const again = new URLSearchParams({ code: 'second', state: new URL(href).searchParams.get('state') ?? '' });
    expect((await gate.callback(again, browser)).headers.location).toBe(`${ISSUER}/connections`);
  });

  it('declined at the provider: back to the page', async () => {
    const gate = new AuthorizationHarness();
    const browser = new Browser();
    const sent = await gate.connections(browser, { idp: 'company' });
    gate.provider().answer = () => {
      throw new UpstreamError('denied', 'declined');
    };
    const answer = await gate.callback(stateOf(sent), browser);
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect(answer.cookies.join()).not.toContain('session');
    expect(gate.logged.at(-1)).toMatchObject({ event: 'login_failed', reason: 'denied' });
  });
});

describe('My connections', () => {
  it('says who asks, where, what it may do, since when; and of nobody else anything', async () => {
    const { gate, add, other } = await connected();
    add({ clientId: 'gone', scopes: ['mcp'], redirectUri: 'com.example.app:/cb', resource: `${ISSUER}/other` });
    const { browser } = await logIn(gate);
    const { status, body } = await gate.connections(browser);
    expect(status).toBe(200);
    for (const text of [
      'ada@example.com',
      'Test client',
      'The application chose this name itself. The name has not been verified.',
      'client.example.com',
      'gate.example.com/mcp',
      'Use the tools of this server',
      '<time datetime="2027-01-15">January 15, 2027</time>',
      'Unknown application',
      'the app that opens <bdi>com.example.app:</bdi> links',
      'for up to 60 minutes',
    ]) {
      expect(body).toContain(text);
    }
    expect(connectionIdsOf({ body } as Answer)).toHaveLength(2);
    expect(body).not.toContain(other.grantId);
    expect(body).not.toContain('<script');
  });

  it('#92 says how often an application was connected, where that is more than once', async () => {
    const { gate, add } = await connected();
    const { browser } = await logIn(gate);
    expect((await gate.connections(browser)).body).not.toContain('Times connected');
    const [mine] = [...gate.grants.rows.values()];
    for (let count = 0; count < 2; count += 1) add({ clientId: mine?.clientId, resource: mine?.resource });
    expect((await gate.connections(browser)).body).toContain('<dt>Times connected</dt><dd>3</dd>');
  });

  it('#134, #136 hostile names are harmless', async () => {
    const { gate } = await connected();
    gate.addClient({ clientName: '<img src=x onerror=alert(1)>\u202e' });
    gate.provider().answer = () => ({ ...PERSON, email: '"><script>@evil.test' });
    const { browser } = await logIn(gate);
    const { body } = await gate.connections(browser);
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;</bdi>');
    expect(body).toContain('&quot;&gt;&lt;script&gt;@evil.test');
    expect(body).not.toMatch(/<script|<img|\u202e/);
  });

  it('reads the grants and the names of what is listed, and no more', async () => {
    const { gate, add } = await connected();
    add({ clientId: 'gh_client_test', resource: `${ISSUER}/other` });
    const { browser } = await logIn(gate);
    gate.grants.reads = 0;
    gate.clients.reads = 0;
    await gate.connections(browser);
    expect([gate.grants.reads, gate.clients.reads, gate.keyRings.reads]).toEqual([1, 1, 1]);
  });

  it('without a session, with an old or an altered one, it is the page to log in', async () => {
    const { gate } = await connected();
    const { browser } = await logIn(gate);
    const [name, value] = [...browser.cookies].find(([cookie]) => cookie.includes('session')) ?? ['', ''];
    const altered = new Browser();
    altered.cookies.set(name, withOneCharacterChanged(value));
    expect((await gate.connections(altered)).body).not.toContain('Test client');
    expect((await gate.connections(browser)).body).toContain('Test client');
    gate.now += 600;
    expect((await gate.connections(browser)).body).not.toContain('Test client');
    expect((await gate.connections(browser)).body).toContain('name="idp"');
  });

  it('a sealed consent form is no session', async () => {
    const { gate } = await connected();
    const browser = new Browser();
    const { body } = await gate.authorize(authorizationQuery(), browser);
    browser.cookies.set('__Host-gatehouse-session', formsOf(body)[0]?.fields.request ?? '');
    expect((await gate.connections(browser)).body).toContain('name="idp"');
  });

  it('a fault is 503 and no page to log in', async () => {
    const { gate } = await connected();
    const { browser } = await logIn(gate);
    gate.grants.failing = true;
    const answer = await gate.connections(browser);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.any(String)]);
  });
});

describe('Ending connections', () => {
  const opened = async () => {
    const { gate, grantId, add, other } = await connected();
    const { browser } = await logIn(gate);
    const shown = await gate.connections(browser);
    const session = sessionOf(shown);
    const [connection = ''] = connectionIdsOf(shown);
    const statusOf = (id: string) => gate.grants.rows.get(id)?.status;
    gate.logged.length = 0;
    return { gate, grantId, add, other, browser, session, connection, statusOf };
  };

  it('one: every grant of that program at that server, and no other', async () => {
    const { gate, grantId, add, other, browser, session, connection, statusOf } = await opened();
    const { clientId, resource } = gate.grants.rows.get(grantId) ?? {};
    const [machine, elsewhere, another] = [
      add({ clientId, resource }),
      add({ clientId, resource: `${ISSUER}/other` }),
      add({ clientId: 'another', resource }),
    ];
    const answer = await gate.connections(browser, { session, action: 'end', connection });
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect([grantId, machine.grantId].map(statusOf)).toEqual(['revoked', 'revoked']);
    expect([elsewhere, another, other].map((grant) => statusOf(grant.grantId))).toEqual([
      'redeemed',
      'redeemed',
      'redeemed',
    ]);
    expect(gate.events()).toEqual(['connection_ended', 'connection_ended']);
  });

  it('all of them, and still of nobody else', async () => {
    const { gate, grantId, add, other, browser, session, statusOf } = await opened();
    const another = add({ clientId: 'another' });
    await gate.connections(browser, { session, action: 'end-all' });
    expect([grantId, another.grantId, other.grantId].map(statusOf)).toEqual(['revoked', 'revoked', 'redeemed']);
  });

  it('a code that came to nothing is none: it is revoked, and nobody is told of an end', async () => {
    const { gate, add, browser, session, statusOf } = await opened();
    const dead = add({ clientId: 'dead', status: 'issued', codeExpiresAt: gate.now, expiresAt: gate.now + 3600 });
    await gate.connections(browser, { session, action: 'end-all' });
    expect(statusOf(dead.grantId)).toBe('revoked');
    expect(gate.events()).toEqual(['connection_ended']);
  });

  it('walks the index twice: what it missed at first is ended too', async () => {
    const { gate, add, browser, session, statusOf } = await opened();
    const late = add({ clientId: 'late' });
    const listed = gate.grants.grantsOfSubject.bind(gate.grants);
    let walks = 0;
    gate.grants.grantsOfSubject = async (subject, now) => {
      walks += 1;
      const grants = await listed(subject, now);
      return walks === 1 ? grants.filter(({ grantId }) => grantId !== late.grantId) : grants;
    };
    await gate.connections(browser, { session, action: 'end-all' });
    expect([walks, statusOf(late.grantId)]).toEqual([2, 'revoked']);
  });

  it.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '__proto__'])(
    'a connection %j ends nothing',
    async (connection) => {
      const { gate, browser, session } = await opened();
      expect((await gate.connections(browser, { session, action: 'end', connection })).status).toBe(303);
      expect(gate.events()).toEqual([]);
    },
  );

  it('no parameter reaches the connections of somebody else', async () => {
    const { gate, other, browser, session, statusOf } = await opened();
    const { grantId, subject, clientId } = other;
    const more = { subject, sub: subject, grant: grantId, grantId, clientId };
    for (const connection of [grantId, subject]) {
      await gate.connections(browser, { session, action: 'end', connection, ...more });
    }
    await gate.connections(browser, { session, action: 'end-all', ...more });
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('signing out drops the cookie', async () => {
    const { gate, browser, session } = await opened();
    const answer = await gate.connections(browser, { session, action: 'log-out' });
    expect(answer.cookies).toEqual([expect.stringMatching(/^__Host-gatehouse-session=; .*Max-Age=0;/)]);
    expect((await gate.connections(browser)).body).toContain('name="idp"');
  });

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['no origin but cross-site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ])('#129 from %s: refused, and nothing ends', async (_, headers) => {
    const { gate, browser, session, connection, statusOf, grantId } = await opened();
    for (const form of [{ session, action: 'end', connection }, { idp: 'company' }]) {
      expect((await gate.connections(browser, form, headers)).status).toBe(403);
    }
    expect([statusOf(grantId), gate.transactions.rows.size]).toEqual(['redeemed', 2]);
  });

  it.each([undefined, 'AAAAAAAAAAAAAAAAAAAAAA'])('#129 with the session token %s: refused', async (token) => {
    const { gate, browser, connection, statusOf, grantId } = await opened();
    const form = { action: 'end', connection, ...(token === undefined ? {} : { session: token }) };
    expect((await gate.connections(browser, form)).status).toBe(400);
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('#129 with the token of another session of the same person: refused', async () => {
    const { gate, browser, connection, statusOf, grantId } = await opened();
    const { browser: elsewhere } = await logIn(gate);
    const session = sessionOf(await gate.connections(elsewhere));
    expect((await gate.connections(browser, { session, action: 'end', connection })).status).toBe(400);
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('after the session has ended it leads to the login, and nothing ends', async () => {
    const { gate, browser, session, statusOf, grantId } = await opened();
    gate.now += 600;
    const answer = await gate.connections(browser, { session, action: 'end-all' });
    expect([answer.status, answer.headers.location]).toEqual([303, `${ISSUER}/connections`]);
    expect(statusOf(grantId)).toBe('redeemed');
  });

  it('a form that says nothing is refused', async () => {
    const { gate, browser, session } = await opened();
    for (const action of ['', 'delete', 'toString']) {
      expect((await gate.connections(browser, { session, action })).status).toBe(400);
    }
  });

  it('a fault half way is 503, and the same form ends the rest', async () => {
    const { gate, grantId, add, browser, session, statusOf } = await opened();
    const another = add({ clientId: 'another' });
    const revoke = gate.grants.revokeGrant.bind(gate.grants);
    let writes = 0;
    gate.grants.revokeGrant = async (id) => {
      writes += 1;
      if (writes === 2) throw new UnavailableError('DynamoDB');
      return revoke(id);
    };
    expect((await gate.connections(browser, { session, action: 'end-all' })).status).toBe(503);
    expect((await gate.connections(browser, { session, action: 'end-all' })).status).toBe(303);
    expect([grantId, another.grantId].map(statusOf)).toEqual(['revoked', 'revoked']);
  });
});
