import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import { authorizationQuery, ISSUER, locationOf, REDIRECT_URI } from '../../support/authorization/requests.ts';
import { expectPage, gateWithClient } from './fixture.ts';

describe('Authorization endpoint (RFC 6749 §3.1)', () => {
  it('asks for consent, and writes nothing: one read', async () => {
    const gate = gateWithClient();
    const answer = await gate.authorize(authorizationQuery());
    expect(answer.status).toBe(200);
    expect([gate.clients.reads, gate.clients.writes, gate.transactions.writes, gate.grants.writes]).toEqual([
      1, 0, 0, 0,
    ]);
    expect(gate.events()).toEqual(['consent_shown']);
  });

  it('#127 sets the page cookie and no binding cookie', async () => {
    const { cookies } = await gateWithClient().authorize(authorizationQuery());
    expect(cookies).toEqual([
      expect.stringMatching(/^__Host-gatehouse-page=[\w-]{43}; Path=\/; Max-Age=600; Secure; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('keeps a valid page cookie, and replaces an invalid one', async () => {
    const gate = gateWithClient();
    const browser = new Browser();
    await gate.authorize(authorizationQuery(), browser);
    const first = browser.cookies.get('__Host-gatehouse-page');
    await gate.authorize(authorizationQuery(), browser);
    expect(browser.cookies.get('__Host-gatehouse-page')).toBe(first);
    browser.cookies.set('__Host-gatehouse-page', 'x');
    await gate.authorize(authorizationQuery(), browser);
    expect(browser.cookies.get('__Host-gatehouse-page')).toMatch(/^[\w-]{43}$/);
  });

  it('#28 sends no CORS headers', async () => {
    const { headers } = await gateWithClient().authorize(authorizationQuery());
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('Phase 1: shown, never redirected (RFC 6749 §4.1.2.1)', () => {
  it.each([
    ['an unknown client', { client_id: 'gh_client_unknown' }],
    ['no client_id', { client_id: undefined }],
    ['an empty client_id', { client_id: '' }],
    ['a client_id that is too long for a key', { client_id: 'x'.repeat(3000) }],
    ['a client_id with controls', { client_id: 'a\u0000b' }],
    ['#1 an unregistered redirect_uri', { redirect_uri: 'https://evil.test/cb' }],
    ['#3 a redirect_uri with a suffix', { redirect_uri: `${REDIRECT_URI}.evil.test` }],
    [
      '#14 a bad redirect_uri beside a bad scope and response type',
      { redirect_uri: 'https://evil.test', response_type: 'x' },
    ],
    ['a state that is too long to return', { state: 'x'.repeat(6200) }],
  ])('%s', async (_, overrides) => expectPage(await gateWithClient().authorize(authorizationQuery(overrides))));

  it.each(['client_id', 'redirect_uri'])('#23 %s twice', async (name) => {
    const query = authorizationQuery();
    query.append(name, query.get(name) ?? '');
    expectPage(await gateWithClient().authorize(query));
  });

  it('#17 no redirect_uri, and several registered', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient({ redirectUris: [REDIRECT_URI, 'https://client.example.com/other'] });
    expectPage(await gate.authorize(authorizationQuery({ redirect_uri: undefined })));
  });

  it('uses the only registered URI when none is sent (§3.1.2.3)', async () => {
    expect((await gateWithClient().authorize(authorizationQuery({ redirect_uri: undefined }))).status).toBe(200);
  });

  it('an expired client is unknown', async () => {
    const gate = gateWithClient();
    gate.now += 98 * 86_400;
    expectPage(await gate.authorize(authorizationQuery()));
  });

  it('a fault of the table is a page with 503 and Retry-After', async () => {
    const gate = gateWithClient();
    gate.clients.failing = true;
    const answer = await gate.authorize(authorizationQuery());
    expectPage(answer, 503);
    expect(answer.headers['retry-after']).toMatch(/^[2-8]$/);
  });

  it('#7 a loopback redirect URI may have any port', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient({ redirectUris: ['http://127.0.0.1:33418/'] });
    const answer = await gate.authorize(authorizationQuery({ redirect_uri: 'http://127.0.0.1:51000/' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('127.0.0.1:51000');
  });
});

describe('Phase 2: redirected with state and iss (RFC 6749 §4.1.2.1, RFC 9207 §2)', () => {
  it.each([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['#20 token', { response_type: 'token' }, 'unsupported_response_type'],
    ['#20 code token', { response_type: 'code token' }, 'unsupported_response_type'],
    ['#21 fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['#21 form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['#21 query.jwt', { response_mode: 'query.jwt' }, 'invalid_request'],
    ['#22 request', { request: 'x' }, 'request_not_supported'],
    ['#22 request_uri', { request_uri: 'http://127.0.0.1:1/' }, 'request_uri_not_supported'],
    ['#22 registration', { registration: '{}' }, 'registration_not_supported'],
    ['#31 no code_challenge', { code_challenge: undefined }, 'invalid_request'],
    ['#34 plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['#34 no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['#34 s256', { code_challenge_method: 's256' }, 'invalid_request'],
    ['#35 a short challenge', { code_challenge: 'x'.repeat(42) }, 'invalid_request'],
    ['#35 a padded challenge', { code_challenge: `${'x'.repeat(43)}=` }, 'invalid_request'],
    ['#71 an unknown resource', { resource: 'https://other.test/mcp' }, 'invalid_target'],
    ['prompt=none, since we always ask', { prompt: 'none' }, 'consent_required'],
    ['prompt=none beside another', { prompt: 'login none' }, 'consent_required'],
  ])('%s', async (_, overrides, error) => {
    const gate = gateWithClient();
    const answer = await gate.authorize(authorizationQuery(overrides));
    expect(answer.status).toBe(303);
    const location = locationOf(answer);
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT_URI);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      error,
      error_description: expect.any(String),
      state: 'the state',
      iss: ISSUER,
    });
    expect(gate.events()).toEqual(['request_refused']);
  });

  it.each(['response_type', 'state', 'code_challenge', 'code_challenge_method', 'scope', 'utm_source'])(
    '#23 %s twice',
    async (name) => {
      const query = authorizationQuery({ scope: 'mcp', utm_source: 'x' });
      query.append(name, 'again');
      const { searchParams } = locationOf(await gateWithClient().authorize(query));
      expect(searchParams.get('error')).toBe('invalid_request');
      expect(searchParams.getAll('state')).toEqual(name === 'state' ? [] : ['the state']);
    },
  );

  it('#73 accepts a repeated resource; two are invalid_target', async () => {
    const gate = gateWithClient({ paths: ['/mcp', '/other'] });
    const query = authorizationQuery({ resource: `${ISSUER}/mcp` });
    query.append('resource', `${ISSUER}/mcp/`);
    expect((await gate.authorize(query)).status).toBe(200);
    query.append('resource', `${ISSUER}/other`);
    expect(locationOf(await gate.authorize(query)).searchParams.get('error')).toBe('invalid_target');
  });

  it('A35 (RFC 8707 §2): the bare origin as resource asks for the sole server', async () => {
    const answer = await gateWithClient().authorize(authorizationQuery({ resource: ISSUER }));
    expect(answer.body).toContain(`<dd>${new URL(ISSUER).host}/mcp</dd>`);
    const several = gateWithClient({ paths: ['/mcp', '/other'] });
    const { searchParams } = locationOf(await several.authorize(authorizationQuery({ resource: ISSUER })));
    expect(searchParams.get('error')).toBe('invalid_target');
  });

  it('a client that may not use the code flow', async () => {
    const gate = new AuthorizationHarness();
    gate.addClient({ grantTypes: ['client_credentials'] });
    expect(locationOf(await gate.authorize(authorizationQuery())).searchParams.get('error')).toBe(
      'unauthorized_client',
    );
  });

  it.each(['x', 'x'.repeat(512), 'x'.repeat(2048), 'a b&c=d#?/', '\u0000', '\r\nSet-Cookie: x=1', '🦊', '%00'])(
    '#25 #26 echoes the state exactly',
    async (state) => {
      const answer = await gateWithClient().authorize(authorizationQuery({ state, response_type: 'x' }));
      expect(locationOf(answer).searchParams.get('state')).toBe(state);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
      expect(answer.headers.location).not.toMatch(/[\u0000-\u0020]/);
    },
  );

  it('#25 a state with invalid UTF-8 is refused, not echoed', async () => {
    const { searchParams } = locationOf(await gateWithClient().authorize(authorizationQuery({ state: 'a\uFFFD' })));
    expect([searchParams.get('error'), searchParams.get('state')]).toEqual(['invalid_request', null]);
  });

  it.each(['consent', 'login', 'select_account', 'login consent', 'create', ''])(
    'prompt=%s asks as always (OpenID Connect Core §3.1.2.1)',
    async (prompt) => {
      const [asked, plain] = [gateWithClient(), gateWithClient()];
      const answer = await asked.authorize(authorizationQuery({ prompt, login_hint: 'eve@example.com', max_age: '0' }));
      expect(answer.status).toBe(200);
      const withoutSeal = (body: string) => body.replace(/name="request" value="[^"]+"/, '');
      expect(withoutSeal(answer.body)).toBe(withoutSeal((await plain.authorize(authorizationQuery())).body));
    },
  );

  it('#29 ignores unknown parameters', async () => {
    const extra = {
      login_hint: 'eve',
      nonce: 'n',
      access_type: 'offline',
      claims: '{}',
      prompt: 'consent',
      hd: 'evil',
    };
    expect((await gateWithClient().authorize(authorizationQuery(extra))).status).toBe(200);
  });
});
