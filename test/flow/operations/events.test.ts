import { User } from '../../support/browser/user.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callMcp,
  obtainCode,
  obtainSession,
  postForm,
  postRegistration,
  REDIRECT_URI,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
  revoke,
} from '../../support/http/oauth-requests.ts';
import { startOfFailureWindow } from '../../support/limit-windows.ts';
import type { EventLine } from '../../support/watched/event-problems.ts';
import { EventWatch, USUAL } from '../../support/watched/event-watch.ts';
import { SECRET_KINDS } from '../../support/watched/secrets.ts';
import { startWatchedCloud, type WatchedCloud } from '../../support/watched/watched-cloud.ts';

// Catalogue #237: each action logs exactly the events that the list has for it, and no other line.

let cloud: WatchedCloud;
let client: RegisteredClient;
let watch: EventWatch;
beforeAll(async () => {
  cloud = await startWatchedCloud({
    config: {
      lifetimes: { refreshGraceSeconds: 0 },
      access: { emails: ['ada@example.com'] },
      scopes: { email: { description: 'See your email address' } },
    },
  });
  client = await registerClient(cloud, { client_name: 'Events' });
  watch = new EventWatch(cloud.takeLines, /\b(?:ada|mallory|nemo)\b/i);
}, 60_000);
afterAll(() => cloud?.stop());

const eventsOf = (act: () => Promise<unknown>) => watch.eventsOf(act);
const namesOf = (events: readonly EventLine[]) => events.map(({ event }) => event);

describe('#237 one event for each thing that happens', () => {
  it('a client registers, registers again, and is refused', async () => {
    const metadata = { client_name: 'Registers', token_endpoint_auth_method: 'none' };
    expect(await eventsOf(() => postRegistration(cloud, metadata))).toEqual([
      expect.objectContaining({ event: 'client_registered', isNew: true, ClientsRegistered: 1 }),
    ]);
    const again = await eventsOf(() => postRegistration(cloud, metadata));
    expect(again).toEqual([expect.objectContaining({ event: 'client_registered', isNew: false })]);
    expect(again[0]).not.toHaveProperty('ClientsRegistered');
    const refused = await eventsOf(() => postRegistration(cloud, { redirect_uris: ['javascript:alert(1)'] }));
    expect(refused).toEqual([expect.objectContaining({ event: 'client_refused', path: '/register' })]);
  });

  it('a client changes and deletes its registration', async () => {
    const { body } = await postRegistration(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    const manage = (method: string, metadata?: object) =>
      fetch(body.registration_client_uri, {
        method,
        headers: { authorization: `Bearer ${body.registration_access_token}`, 'content-type': 'application/json' },
        ...(metadata ? { body: JSON.stringify(metadata) } : {}),
      });
    const changed = {
      client_id: body.client_id,
      client_name: 'Changed',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'client_secret_post',
    };
    expect(namesOf(await eventsOf(() => manage('PUT', changed)))).toEqual(['client_updated']);
    expect(namesOf(await eventsOf(() => manage('DELETE')))).toEqual(['client_deleted']);
  });

  it('a metadata document is refused, without the query of its URL', async () => {
    const url = new URL('/authorize', cloud.origin);
    url.searchParams.set('client_id', 'https://127.0.0.1/client.json?key=canary');
    const events = await eventsOf(() => fetch(url));
    expect(namesOf(events).sort()).toEqual(['client_refused', 'request_refused']);
    expect(events).toContainEqual(expect.objectContaining({ document: 'https://127.0.0.1/client.json' }));
  });

  it('consent is shown and denied', async () => {
    const { url } = authorizationRequest(cloud, client);
    const events = await eventsOf(() => new User(cloud).signIn(url, { decision: 'deny' }));
    expect(namesOf(events)).toEqual(['consent_shown', 'consent_denied']);
  });

  it('consent is given, the login succeeds, a code is issued, redeemed and replayed', async () => {
    let code: Awaited<ReturnType<typeof obtainCode>> | undefined;
    const login = await eventsOf(async () => {
      code = await obtainCode(cloud, client);
    });
    expect(namesOf(login)).toEqual(['consent_shown', 'consent_given', 'login_succeeded', 'code_issued']);
    if (code === undefined) throw new Error('no code');
    const issued = code;
    expect(namesOf(await eventsOf(() => redeem(cloud, issued)))).toEqual(['code_redeemed', 'token_issued']);
    // Sooner, it would be a repetition by the client itself.
    await cloud.setClock(11);
    const replayed = await eventsOf(() => redeem(cloud, issued));
    await cloud.setClock(0);
    expect(namesOf(replayed)).toEqual(['code_replayed', 'request_refused']);
    expect(replayed[0]).toMatchObject({ CodesReplayed: 1, Stack: 'Gatehouse' });
    const grants = new Set([...login, ...replayed].flatMap(({ grantId }) => grantId ?? []));
    expect(grants.size).toBe(1);
  });

  it('a login fails, with the reason', async () => {
    const { url } = authorizationRequest(cloud, client);
    const events = await eventsOf(() => new User(cloud, 'mallory').signIn(url));
    expect(namesOf(events)).toEqual(['consent_shown', 'consent_given', 'login_failed']);
    expect(events.at(-1)).toMatchObject({ reason: 'not_allowed', LoginsFailed: 1 });
    expect(events.at(-1)).not.toHaveProperty('UpstreamErrors');
  });

  it('a token is refreshed, reused, and another one revoked', async () => {
    const session = await obtainSession(cloud, { client });
    const refreshed = await eventsOf(() => refresh(cloud, client, session.refreshToken));
    expect(refreshed).toEqual([expect.objectContaining({ event: 'token_refreshed', repeated: false })]);
    const reused = await eventsOf(() => refresh(cloud, client, session.refreshToken));
    expect(namesOf(reused)).toEqual(['refresh_reuse_detected', 'request_refused']);
    expect(reused[0]).toMatchObject({ RefreshReuse: 1 });
    const another = await obtainSession(cloud, { client });
    expect(namesOf(await eventsOf(() => revoke(cloud, client, another.refreshToken)))).toEqual(['token_revoked']);
  });

  it('a client introspects its token and requests userinfo', async () => {
    const confidential = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    const { accessToken } = await obtainSession(cloud, { client: confidential });
    const { client_id, client_secret } = confidential;
    const introspect = () => postForm(`${cloud.origin}/introspect`, { token: accessToken, client_id, client_secret });
    expect(await eventsOf(introspect)).toEqual([
      expect.objectContaining({ event: 'token_introspected', active: true }),
    ]);
    const userinfo = () => fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(namesOf(await eventsOf(userinfo))).toEqual(['userinfo_told']);
  });

  it('the authorizer refuses a request, with the reason', async () => {
    const { accessToken } = await obtainSession(cloud, { client });
    const [head = '', payload = ''] = accessToken.split('.');
    for (const [token, reason] of [
      ['a b', 'no_bearer_token'],
      ['nonsense', 'malformed'],
      [`${head}.${payload}.${'A'.repeat(342)}`, 'bad_signature'],
    ] as const) {
      const events = await eventsOf(() => callMcp(cloud.mcpUrl, token));
      expect(events).toEqual([expect.objectContaining({ event: 'authorizer_denied', reason })]);
    }
    // An accepted request logs no line.
    expect(await eventsOf(() => callMcp(cloud.mcpUrl, accessToken))).toEqual([]);
  });
});

describe('#237 one event for what the operator and the limits do', () => {
  it('a key is rotated, a not-before mark is set, and a user is looked up', async () => {
    const rotated = await eventsOf(() => cloud.invoke('KeyRing', { action: 'rotate' }));
    expect(rotated.map(({ event, action, state }) => [event, action ?? state])).toEqual([
      ['admin_action', 'rotation'],
      ['key_created', undefined],
      ['key_changed', 'next'],
    ]);
    const marked = await eventsOf(() => cloud.invoke('KeyRing', { action: 'setNotBefore', subject: 'nemo' }));
    expect(marked).toEqual([expect.objectContaining({ event: 'admin_action', scope: 'subject' })]);
    const exported = await eventsOf(() => cloud.invoke('Privacy', { action: 'export', subject: 'x'.repeat(43) }));
    expect(exported).toEqual([expect.objectContaining({ event: 'subject_exported', grants: 0 })]);
  });

  it('a limit is exceeded: one event, even if it is exceeded several times', async () => {
    const guessing = await registerClient(cloud, { client_name: 'Guesses' });
    const guess = { ...(await obtainCode(cloud, guessing)), codeVerifier: 'x'.repeat(43) };
    await cloud.setClock(startOfFailureWindow());
    const events = await eventsOf(async () => {
      for (let count = 0; count < 55; count += 1) await redeem(cloud, guess);
    });
    await cloud.setClock(0);
    expect(events.filter(({ event }) => event === 'limit_hit')).toEqual([
      expect.objectContaining({ clientId: guessing.client_id, limit: 'failures', LimitsHit: 1 }),
    ]);
    expect(events).toHaveLength(56);
  });
});

describe('#237 the list of events', () => {
  it('every event was logged, except those of test/flow/operations/events-arranged', () => {
    expect(watch.missing(USUAL)).toEqual([]);
  });
});

describe('#237 every error response has the request id of its log line', () => {
  const idsOf = (events: readonly EventLine[]) => [...new Set(events.map(({ requestId }) => requestId))];

  it('the JSON of an endpoint', async () => {
    let id: unknown;
    const events = await eventsOf(async () => {
      id = (await postForm(`${cloud.origin}/token`, { grant_type: 'refresh_token' })).body.request_id;
    });
    expect(idsOf(events)).toEqual([id]);
  });

  it('a page', async () => {
    const url = `${cloud.origin}/authorize?client_id=unknown`;
    let html = '';
    const events = await eventsOf(async () => {
      html = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    });
    expect(idsOf(events)).toHaveLength(1);
    expect(html).toContain(String(events[0]?.requestId));
  });

  it('the 401 and 404 of the API gateway', async () => {
    let id: unknown;
    const events = await eventsOf(async () => {
      id = (await callMcp(cloud.mcpUrl, 'nonsense')).body.request_id;
    });
    expect(idsOf(events)).toEqual([id]);
    const unknown = await fetch(`${cloud.origin}/nowhere`);
    expect(await unknown.json()).toMatchObject({ request_id: unknown.headers.get('x-amzn-requestid') });
    // Without a token no function runs, so only the access log has the request.
    const { body, headers } = await callMcp(cloud.mcpUrl, undefined);
    expect(body.request_id).toBe(headers.get('x-amzn-requestid'));
  });

  it('a JSON-RPC error of the inspector', async () => {
    const { accessToken } = await obtainSession(cloud, { client });
    let answer: Awaited<ReturnType<typeof callMcp>> | undefined;
    const events = await eventsOf(async () => {
      answer = await callMcp(cloud.mcpUrl, accessToken, [{ jsonrpc: '2.0', id: 1, method: 'ping' }]);
    });
    expect(namesOf(events)).toEqual(['request_refused']);
    expect(idsOf(events)).toEqual([answer?.body.error.data.request_id]);
  });
});

describe('#233, #236 secrets on the wire and in the tables', () => {
  it('are known by kind, and appear in no log line of any function', async () => {
    // What the tests above have not covered: a consent form that is only displayed.
    const page = await new User(cloud).open(authorizationRequest(cloud, client).url);
    expect(formsOf(page.html)).not.toEqual([]);
    const { secretCounts, leaks, eventCount, eventProblems: problems } = await cloud.report();
    expect(leaks).toEqual([]);
    expect(problems).toEqual([]);
    expect(eventCount).toBeGreaterThan(30);
    const kinds = Object.keys(secretCounts).map((kind) =>
      kind.replace(/^stored Gatehouse(\w+?)[0-9A-F]{8}$/, 'stored $1'),
    );
    expect(kinds).toEqual(expect.arrayContaining(SECRET_KINDS));
    expect(kinds.filter((kind) => kind.startsWith('stored ')).length).toBeGreaterThanOrEqual(3);
  });
});
