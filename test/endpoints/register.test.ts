import fc from 'fast-check';
import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';

const METADATA = {
  client_name: 'Test client',
  redirect_uris: ['http://localhost:8787/callback', 'cursor://anysphere.cursor-mcp/oauth/callback', 'ftp://a.test/cb'],
  grant_types: ['authorization_code', 'refresh_token', 'implicit'],
  response_types: ['code', 'token'],
  token_endpoint_auth_method: 'none',
  application_type: 'native',
  software_id: 'x',
};

describe('Registration endpoint (RFC 7591 §3)', () => {
  it('returns what is registered (§3.2.1)', async () => {
    const gate = new AuthorizationHarness();
    const answer = await gate.register(METADATA);
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    });
    expect(JSON.parse(answer.body)).toEqual({
      client_id: expect.stringMatching(/^gh_client_/),
      client_id_issued_at: gate.now,
      client_name: 'Test client',
      redirect_uris: ['http://localhost:8787/callback', 'cursor://anysphere.cursor-mcp/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    });
    expect(gate.events()).toEqual(['client_registered']);
  });

  it('#171 #172 the same metadata is the same client and no new row: one read, and one write when new', async () => {
    const gate = new AuthorizationHarness();
    const first = JSON.parse((await gate.register(METADATA)).body);
    expect([gate.clients.reads, gate.clients.writes]).toEqual([1, 1]);
    gate.now += 60;
    expect(JSON.parse((await gate.register(METADATA)).body)).toEqual(first);
    expect([gate.clients.reads, gate.clients.writes, gate.clients.rows.size]).toEqual([2, 1, 1]);
  });

  it('extends the expiry of a known client by one write when it is due', async () => {
    const gate = new AuthorizationHarness();
    const { client_id } = JSON.parse((await gate.register(METADATA)).body);
    gate.now += 30 * 86_400;
    await gate.register(METADATA);
    expect([gate.clients.reads, gate.clients.writes]).toEqual([2, 2]);
    expect(gate.clients.rows.get(client_id)?.expiresAt).toBe(gate.now + 97 * 86_400);
  });

  it('A5 (RFC 7591 §3.2.1): gives a confidential client a secret once, and says that it has 30 days to use it', async () => {
    const gate = new AuthorizationHarness();
    const body = { ...METADATA, token_endpoint_auth_method: 'client_secret_post' };
    const [first, second] = [
      JSON.parse((await gate.register(body)).body),
      JSON.parse((await gate.register(body)).body),
    ];
    const expiresAt = gate.now + 30 * 86_400;
    expect(first).toMatchObject({
      client_secret: expect.stringMatching(/^gh_cs_/),
      client_secret_expires_at: expiresAt,
    });
    expect(second.client_id).not.toBe(first.client_id);
    expect(JSON.stringify([...gate.clients.rows.values()])).not.toContain(first.client_secret);
    expect(gate.clients.rows.get(first.client_id)?.expiresAt).toBe(expiresAt);
    expect(JSON.stringify(gate.logged)).not.toContain(first.client_secret);
  });

  it('#176 the client chooses neither its id nor its secret nor its flags', async () => {
    const gate = new AuthorizationHarness();
    const answer = JSON.parse(
      (
        await gate.register({
          ...METADATA,
          client_id: 'admin',
          client_secret: 's',
          trusted: true,
          source: 'configured',
        })
      ).body,
    );
    expect(answer.client_id).not.toBe('admin');
    expect(answer).not.toHaveProperty('client_secret');
    expect(answer).not.toHaveProperty('trusted');
    expect(gate.clients.rows.get(answer.client_id)?.source).toBe('registered');
  });

  it('A12 (RFC 7591 §3.2.2): a refusal names each redirect URI by its position, and its rule', async () => {
    const gate = new AuthorizationHarness();
    const redirect_uris = [
      'https://a.test/cb#x',
      'http://a.test/cb?token=secret',
      'https://u:secret@*.test/cb',
      'sms:1',
    ];
    const { status, body } = await gate.register({ redirect_uris });
    const { error, error_description } = JSON.parse(body);
    expect([status, error]).toEqual([400, 'invalid_redirect_uri']);
    expect(error_description).toBe(
      'No redirect URI can be used. redirect_uris[0]: a fragment is not allowed (RFC 6749 section 3.1.2); ' +
        'redirect_uris[1]: http is allowed only for localhost, 127.0.0.1 and [::1]; use https; ' +
        'redirect_uris[2]: its host is a pattern, but redirect URIs are compared exactly (RFC 9700 section 4.1.3); ' +
        'redirect_uris[3]: its scheme has another meaning to browsers or systems; use one that only the app opens ' +
        '(RFC 8252 section 7.1).',
    );
    expect(error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    const detail = String(gate.logged[0]?.detail);
    for (const shown of ['[0] https://a.test/cb: a frag', '[1] http://a.test/cb: http', '[2] https://*.test/cb: its']) {
      expect(detail).toContain(shown);
    }
    expect(JSON.stringify(gate.logged)).not.toContain('secret');
  });

  it('A12: a dangerous redirect URI is named, and refuses the good ones with it', async () => {
    const answer = await new AuthorizationHarness().register({
      redirect_uris: ['https://a.test/cb', 'data:text/html,x'],
    });
    expect(JSON.parse(answer.body).error_description).toBe(
      'Remove the dangerous redirect URI. redirect_uris[1]: its scheme runs script or opens local files.',
    );
  });

  it('A12: when some redirect URIs are left out, the answer shows the others and the log says which and why', async () => {
    const gate = new AuthorizationHarness();
    const sent = { ...METADATA, token_endpoint_auth_method: 'client_secret_post' };
    const { redirect_uris, client_id, registration_access_token } = JSON.parse((await gate.register(sent)).body);
    expect(redirect_uris).toEqual(METADATA.redirect_uris.slice(0, 2));
    const update = await gate.configure('PUT', client_id, registration_access_token, { ...sent, client_id });
    expect(JSON.parse(update.body).redirect_uris).toEqual(redirect_uris);
    const droppedRedirectUris = expect.stringMatching(
      /^redirect_uris\[2\] ftp:\/\/a\.test\/cb: its scheme has another/,
    );
    expect(gate.logged).toMatchObject([
      { event: 'client_registered', droppedRedirectUris },
      { event: 'client_updated', droppedRedirectUris },
    ]);
  });

  it('#179 gives a public client no registration_client_uri', async () => {
    expect((await new AuthorizationHarness().register(METADATA)).body).not.toContain('registration_');
  });

  it.each([
    ['#174 null', 'null', 400, 'invalid_client_metadata'],
    ['#174 an array', '[]', 400, 'invalid_client_metadata'],
    ['#174 a string', '"x"', 400, 'invalid_client_metadata'],
    ['#174 not JSON', '{"a":', 400, 'invalid_client_metadata'],
    ['#174 an empty body', '', 400, 'invalid_client_metadata'],
    ['#174 a byte order mark', '\uFEFF{}', 400, 'invalid_client_metadata'],
    ['#174 replacement characters', '{"client_name":"\uFFFD"}', 400, 'invalid_client_metadata'],
    [
      '#174 a duplicate member',
      '{"redirect_uris":["https://a.test/"],"redirect_uris":["https://b.test/"]}',
      400,
      'invalid_client_metadata',
    ],
    [
      '#174 a duplicate member, escaped',
      '{"redirect_uris":["https://a.test/"],"redirect\\u005furis":[]}',
      400,
      'invalid_client_metadata',
    ],
    ['#174 deep nesting', `${'['.repeat(8000)}${']'.repeat(8000)}`, 400, 'invalid_client_metadata'],
    [
      '#174 deep nesting in an ignored member',
      `{"x":${'['.repeat(64)}${']'.repeat(64)}}`,
      400,
      'invalid_client_metadata',
    ],
    ['#174 more than 16 KB', JSON.stringify({ ...METADATA, x: 'x'.repeat(16_384) }), 413, 'request_too_large'],
  ])('refuses %s', async (_, body, status, error) => {
    const gate = new AuthorizationHarness();
    const answer = await gate.register(body);
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([status, error]);
    expect(JSON.parse(answer.body).request_id).toBe('request-1');
    expect(answer.headers['cache-control']).toBe('no-store');
    expect([gate.clients.rows.size, gate.clients.reads]).toEqual([0, 0]);
    expect(gate.events()).toEqual(['client_refused']);
  });

  it('#174 __proto__ pollutes nothing', async () => {
    const gate = new AuthorizationHarness();
    const answer = await gate.register('{"__proto__":{"polluted":1,"redirect_uris":["https://a.test/"]}}');
    expect(JSON.parse(answer.body).error).toBe('invalid_client_metadata');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    '',
    'application/json; charset=latin1',
    'application/jsonp',
  ])('#175 refuses the content type %j', async (contentType) =>
    expect((await new AuthorizationHarness().register(METADATA, contentType)).status).toBe(400),
  );

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'accepts the content type %j',
    async (contentType) => expect((await new AuthorizationHarness().register(METADATA, contentType)).status).toBe(201),
  );

  it('#67 answers a fault of the table with 503 and Retry-After', async () => {
    const gate = new AuthorizationHarness();
    gate.clients.failing = true;
    const answer = await gate.register(METADATA);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, expect.stringMatching(/^[2-8]$/)]);
    expect(JSON.parse(answer.body).error).toBe('temporarily_unavailable');
  });

  it('answers any JSON with 201, 400 or 413, and stores only redirect URIs that the policy accepts', async () => {
    const members = fc.record(
      {
        redirect_uris: fc.oneof(
          fc.array(fc.oneof(fc.webUrl(), fc.string(), fc.constant('http://localhost/cb'))),
          fc.jsonValue(),
        ),
        client_name: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        grant_types: fc.oneof(fc.array(fc.constantFrom('authorization_code', 'refresh_token', 'x')), fc.jsonValue()),
        token_endpoint_auth_method: fc.oneof(fc.constantFrom('none', 'client_secret_post'), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(members, fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())), async (body) => {
        const gate = new AuthorizationHarness();
        const answer = await gate.register(body);
        expect([201, 400, 413]).toContain(answer.status);
        expect(typeof JSON.parse(answer.body)).toBe('object');
        for (const uri of [...gate.clients.rows.values()].flatMap((client) => client.redirectUris)) {
          expect(uri).toMatch(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/?]|[a-z][a-z0-9.-]*:)/);
          expect(uri).not.toMatch(/^(?:javascript|data|vbscript|file|blob):/i);
        }
      }),
      { numRuns: 500 },
    );
  });
});
