import fc from 'fast-check';
import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';
import { Browser } from '../support/authorization/browser.ts';
import { authorizationQuery } from '../support/authorization/requests.ts';

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

  it('A5 (RFC 7592 §2.1): after a login, a read returns the later expiry of the secret', async () => {
    const gate = new AuthorizationHarness();
    const body = { ...METADATA, token_endpoint_auth_method: 'client_secret_post' };
    const { client_id, registration_access_token } = JSON.parse((await gate.register(body)).body);
    const browser = new Browser();
    const provider = await gate.approve(
      browser,
      authorizationQuery({ client_id, redirect_uri: METADATA.redirect_uris[0] }),
    );
    const state = provider.searchParams.get('state') ?? '';
    await gate.callback(new URLSearchParams({ state, code: 'up' }), browser);
    const { body: read } = await gate.configure('GET', client_id, registration_access_token);
    expect(JSON.parse(read).client_secret_expires_at).toBe(gate.now + 97 * 86_400);
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
