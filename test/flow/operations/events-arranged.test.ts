import type { User } from '../../support/browser/user.ts';
import { readClientSecret } from '../../support/cloud/secrets.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import {
  authorizationRequest,
  callMcp,
  obtainSession,
  postForm,
  REDIRECT_URI,
  type RegisteredClient,
  refresh,
  registerClient,
} from '../../support/http/oauth-requests.ts';
import { sendJson } from '../../support/providers/misbehaving-provider.ts';
import {
  type ArrangedCloud,
  LIFETIMES,
  REFUSED_SCOPE,
  startArrangedCloud,
} from '../../support/watched/arranged-cloud.ts';
import { connectUser, line, submit } from '../../support/watched/arranged-user.ts';
import { ARRANGED } from '../../support/watched/event-watch.ts';
import { eventsWhileListIsFull } from '../../support/watched/full-list.ts';

// Catalogue #237: events that need a special configuration, provider or fault.
const WEBSITE = 'https://client.example.com/callback';
const provider = 'company';
const EMERGENCY_CHANGES = ['emergency_rotation', 'key_created', 'withdrawn', 'active', 'deletion_scheduled'];

let gate: ArrangedCloud;
let client: RegisteredClient;
beforeAll(async () => {
  gate = await startArrangedCloud(/\bada\b|mallory|lovelace|person-\d/i);
  client = await registerClient(gate.cloud, { client_name: 'Arranged' });
}, 60_000);
beforeEach(() => {
  company().reset();
  company().tokens = { refresh_token: 'upstream-refresh-1', expires_in: 3600 };
});
afterEach(() => gate.cloud.disarm());
afterAll(() => gate?.stop());

const eventsOf = (act: () => Promise<unknown>) => gate.watch.eventsOf(act);
const namesOf = async (act: () => Promise<unknown>) => (await eventsOf(act)).map(({ event }) => event);

describe('#237 one event for what a user decides', () => {
  const open = (user: User, website: RegisteredClient) =>
    user.open(authorizationRequest(gate.cloud, website, { redirect_uri: WEBSITE }).url, {
      headers: { 'sec-fetch-site': 'none' },
    });
  const remembering = async (user: User, website: RegisteredClient) =>
    submit(user, await open(user, website), 'request', { idp: provider, remember: 'yes' });
  const metadata = { redirect_uris: [WEBSITE], token_endpoint_auth_method: 'client_secret_post' };

  it('a consent is kept, remembered and forgotten; connections are opened and ended', async () => {
    const user = gate.user();
    const website = await registerClient(gate.cloud, metadata);
    const admitted = ['login_succeeded', 'code_issued'];
    const kept = await namesOf(() => remembering(user, website));
    expect(kept).toEqual(['consent_shown', 'consent_given', 'consent_kept', ...admitted]);
    expect(await namesOf(() => open(user, website))).toEqual(['consent_remembered', ...admitted]);

    let page = await user.open(`${gate.cloud.origin}/connections`);
    const logIn = async () => {
      page = await user.signIn(page.url, { provider });
    };
    expect(await namesOf(logIn)).toEqual(['connections_opened']);
    expect(await namesOf(() => submit(user, page, 'consent', { action: 'forget' }))).toEqual(['consent_forgotten']);
    const ended = await eventsOf(() => submit(user, page, 'connection', { action: 'end' }));
    // One event for each of the two logins.
    expect(ended.map(({ event }) => event)).toEqual(['connection_ended', 'connection_ended']);
    expect(new Set(ended.map(({ grantId }) => grantId)).size).toBe(2);
  });

  it('a login fails with other_user', async () => {
    const user = gate.user();
    const website = await registerClient(gate.cloud, metadata);
    await remembering(user, website);
    gate.providers.company.claims = { sub: 'person-2' };
    const events = await eventsOf(() => open(user, website));
    expect(events.map(({ event }) => event)).toEqual(['consent_remembered', 'login_failed']);
    expect(events.at(-1)).toMatchObject({ reason: 'other_user', LoginsFailed: 1 });
  });
});

const company = () => gate.providers.company;
describe('#237 one event for each way in which a login fails', () => {
  const failure = async (parameters: Record<string, string> = {}) => {
    const { url } = authorizationRequest(gate.cloud, client, parameters);
    const events = await eventsOf(() => gate.user().signIn(url, { provider }));
    expect(events.slice(0, 2).map(({ event }) => event)).toEqual(['consent_shown', 'consent_given']);
    return events.slice(2);
  };
  const failed = (reason: string) => line('login_failed', { reason, clientId: client.client_id, LoginsFailed: 1 });

  it.each<[string, () => unknown]>([
    ['denied', () => Object.assign(company().callback, { code: undefined, error: 'access_denied' })],
    ['not_allowed', () => Object.assign(company().claims, { email: 'mallory@example.com' })],
  ])('%s', async (reason, arrange) => {
    arrange();
    const events = await failure();
    expect(events).toEqual([failed(reason)]);
    expect(events[0]).not.toHaveProperty('UpstreamErrors');
  });

  it('unavailable by parameters of the browser, which is not counted as an upstream error', async () => {
    Object.assign(company().callback, { code: undefined, error: 'server_error' });
    const events = await failure();
    expect(events).toEqual([failed('unavailable')]);
    expect(events[0]).toMatchObject({ isFromBrowser: true });
    expect(events[0]).not.toHaveProperty('UpstreamErrors');
  });

  it('no_scope', async () => {
    await obtainSession(gate.cloud, { client, user: gate.user(), provider, parameters: { scope: REFUSED_SCOPE } });
    expect(await failure({ scope: REFUSED_SCOPE })).toEqual([failed('no_scope')]);
  });

  // If the response is an error page, the request logs an event as well.
  it.each<[string, () => unknown, ...string[]]>([
    ['unavailable', () => company().answers.set('/token', (response) => sendJson(response, 500, {}))],
    ['rejected', () => Object.assign(company().claims, { nonce: 'another' }), 'request_refused'],
    ['misconfigured', () => Object.assign(company(), { secret: 'a secret that is not stored' }), 'request_failed'],
  ])('%s, which is counted as an upstream error', async (reason, arrange, ...after) => {
    arrange();
    const [failedLogin, ...others] = await failure();
    expect(failedLogin).toEqual(failed(reason));
    expect(failedLogin).toMatchObject({ UpstreamErrors: 1 });
    expect(others.map(({ event: name }) => name)).toEqual(after);
  });
});

describe('#237 one event for each request to a provider or a document host', () => {
  it('a provider confirms a user, and later does not', async () => {
    const session = await connectUser(gate, client);
    gate.cloud.setClock(LIFETIMES.recheckSeconds + 5, 'Token');
    let { refreshToken } = session;
    const confirmed = await eventsOf(async () => {
      refreshToken = (await refresh(gate.cloud, client, refreshToken)).body.refresh_token;
    });
    expect(confirmed).toEqual([line('upstream_rechecked', { outcome: 'confirmed' }), line('token_refreshed')]);
    gate.providers.company.answers.set('/token', (response) => sendJson(response, 400, { error: 'invalid_grant' }));
    gate.cloud.setClock(2 * LIFETIMES.recheckSeconds + 10, 'Token');
    const refused = await eventsOf(() => refresh(gate.cloud, client, refreshToken));
    gate.cloud.setClock(0, 'Token');
    expect(refused).toEqual([
      line('upstream_rechecked', { outcome: 'refused' }),
      line('access_ended', { reason: 'provider_refused' }),
      line('request_refused', { error: 'invalid_grant' }),
    ]);
  });

  it('an MCP server exchanges the token of its caller', async () => {
    const { accessToken } = await connectUser(gate, client);
    const client_id = 'resource-mcp';
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: accessToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      client_id,
      client_secret: await readClientSecret(gate.cloud.output(), client_id),
    };
    expect(await eventsOf(() => postForm(`${gate.cloud.origin}/token`, form))).toEqual([
      line('token_exchanged', { clientId: client_id, identityProvider: provider }),
    ]);
  });

  it('the host of a document is down, and a copy is used', async () => {
    const client_id = gate.cloud.documents.urlOf('client.json');
    gate.cloud.documents.publish('client.json', { client_id, client_name: 'D', redirect_uris: [REDIRECT_URI] });
    await obtainSession(gate.cloud, { client: { client_id }, user: gate.user(), provider });
    gate.cloud.restart('Authorize');
    gate.cloud.arm({ kind: 'down', service: 'upstream', times: 'always' });
    const { url } = authorizationRequest(gate.cloud, { client_id });
    expect(await eventsOf(() => gate.user().open(url))).toEqual([
      line('client_copy_used', { copy: 'stored', document: client_id }),
      line('consent_shown'),
    ]);
  });
});

describe('#237 one event for limits and faults', () => {
  const outage = { kind: 'failed', service: 'dynamodb', times: 'always' } as const;
  it('requests are limited, cannot be counted, and cannot be authorized', async () => {
    const { accessToken } = await connectUser(gate, client, 'person-3');
    const call = () => callMcp(gate.cloud.mcpUrl, accessToken);
    // A window may end after the first event.
    const events = await eventsOf(async () => {
      for (let error: unknown; error === undefined; ) error = (await call()).body.error;
    });
    expect(events).toEqual([
      line('limit_hit', { limit: 'requests', clientId: client.client_id, LimitsHit: 1 }),
      line('request_refused', { status: 429 }),
    ]);

    const { accessToken: another } = await connectUser(gate, client, 'person-4');
    const resource = gate.cloud.tableNamed('Counters');
    gate.cloud.arm({ ...outage, resource });
    expect(await eventsOf(() => callMcp(gate.cloud.mcpUrl, another))).toEqual([
      line('limit_unknown', { limit: 'requests' }),
    ]);

    gate.cloud.restart('Authorizer');
    gate.cloud.arm(outage);
    expect(await eventsOf(call)).toEqual([line('authorizer_failed', { AuthorizerFailures: 1 })]);
  });

  it('A30: the list of revoked grants is full, and a request fails with an internal error', async () => {
    const { accessToken, refreshToken } = await connectUser(gate, client, 'person-6');
    expect(await eventsWhileListIsFull(gate, accessToken)).toEqual([line('revocations_full')]);
    gate.cloud.arm(outage);
    expect(await eventsOf(() => refresh(gate.cloud, client, refreshToken))).toEqual([
      line('request_failed', { path: '/token', error: 'temporarily_unavailable' }),
    ]);
  });
});

describe('#237 one event for what an administrator does', () => {
  it('a user is erased after a mark has ended their tokens', async () => {
    const subject = String(partsOf((await connectUser(gate, client, 'person-5')).accessToken).claims.sub);
    const events = await eventsOf(() => gate.invoke('Privacy', { action: 'erase', subject }));
    expect(events).toEqual([
      line('admin_action', { action: 'set_not_before', scope: 'erasedSubject' }),
      line('subject_erased', { grants: 1, rememberedConsents: false }),
    ]);
    expect(JSON.stringify(events)).not.toContain(subject);
  }, 30_000);

  it('a key enters each state', async () => {
    const changesOf = async (command: object, atSeconds: number) => {
      gate.cloud.setClock(atSeconds, 'KeyRing');
      const events = await eventsOf(() => gate.invoke('KeyRing', command));
      return events.map(({ event: name, action, state }) => action ?? state ?? name);
    };
    const published = LIFETIMES.signingKeyPublishSeconds + 5;
    const expired = 2 * published + LIFETIMES.accessTokenSeconds;
    expect(await changesOf({ action: 'rotate' }, 0)).toEqual(['rotation', 'key_created', 'next']);
    expect(await changesOf({}, published)).toEqual(['retiring', 'active']);
    expect(await changesOf({}, expired)).toEqual(['deletion_scheduled']);
    expect(await changesOf({ action: 'rotate', emergency: true }, expired)).toEqual(EMERGENCY_CHANGES);
  });
});

describe('#237 the list of events', () => {
  it('every arranged event, login failure reason and key state was logged', () => {
    expect(gate.watch.missing([...ARRANGED, 'login_failed', 'key_changed'])).toEqual([]);
    expect(gate.watch.missingWords('login_failed', 'reason')).toEqual([]);
    expect(gate.watch.missingWords('key_changed', 'state')).toEqual([]);
  });
});
