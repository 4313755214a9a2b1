import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';
import { authorizationQuery } from '../support/authorization/requests.ts';

const URI = 'https://client.example.com/cb';
const METADATA = { client_name: 'Test client', redirect_uris: [URI], token_endpoint_auth_method: 'client_secret_post' };
const TOKEN = 'a'.repeat(64);

describe('Registration with an initial access token (RFC 7591 §3)', () => {
  const gateWithToken = () =>
    new AuthorizationHarness({ registration: { dynamic: 'token' }, initialAccessToken: TOKEN });
  const register = (gate: AuthorizationHarness, authorization?: string, body: unknown = METADATA) =>
    gate.register(body, 'application/json', authorization === undefined ? {} : { authorization });

  it.each([
    ['no Authorization header', undefined, 'Bearer'],
    ['another scheme', `Basic ${TOKEN}`, 'Bearer'],
    ['a wrong token', `Bearer ${TOKEN}b`, 'Bearer error="invalid_token"'],
    ['an empty token', 'Bearer ', 'Bearer'],
  ])('%s: 401 with a Bearer challenge, and nothing is read or stored (RFC 6750 §3.1)', async (_, header, challenge) => {
    const gate = gateWithToken();
    const { status, headers, body } = await register(gate, header);
    expect([status, JSON.parse(body).error, headers['www-authenticate']]).toEqual([401, 'invalid_token', challenge]);
    expect([gate.clients.reads, gate.clients.rows.size]).toEqual([0, 0]);
    expect(gate.events()).toEqual(['client_refused']);
    expect(JSON.stringify(gate.logged)).not.toContain(TOKEN);
  });

  it('the token is checked before the body', async () => {
    expect((await register(gateWithToken(), undefined, '{')).status).toBe(401);
    expect((await register(gateWithToken(), `Bearer ${TOKEN}`, '{')).status).toBe(400);
  });

  it('the right token registers, also for public clients', async () => {
    const gate = gateWithToken();
    const publicClient = { ...METADATA, token_endpoint_auth_method: 'none' };
    for (const body of [METADATA, publicClient]) {
      expect((await register(gate, `bearer ${TOKEN}`, body)).status).toBe(201);
    }
    expect(JSON.stringify(gate.logged)).not.toContain(TOKEN);
  });

  it('a client updates its registration with its own token alone (RFC 7592 §2.2)', async () => {
    const gate = gateWithToken();
    const { client_id, registration_access_token } = JSON.parse((await register(gate, `Bearer ${TOKEN}`)).body);
    const update = { ...METADATA, client_id };
    expect((await gate.configure('PUT', client_id, registration_access_token, update)).status).toBe(200);
    expect((await gate.configure('PUT', client_id, TOKEN, update)).status).toBe(401);
  });

  it('where registration is open, a bearer token is ignored', async () => {
    expect((await register(new AuthorizationHarness(), 'Bearer anything')).status).toBe(201);
  });
});

describe('Registration that is off', () => {
  const off = { registration: { dynamic: 'off' } } as const;

  it('is 404, reads nothing, and logs why', async () => {
    const gate = new AuthorizationHarness(off);
    const { status, body } = await gate.register(METADATA);
    expect([status, JSON.parse(body)]).toEqual([
      404,
      {
        error: 'not_found',
        error_description: 'Dynamic client registration is off. Ask the operator of this server for a client id.',
        request_id: 'request-1',
      },
    ]);
    expect([gate.clients.reads, gate.clients.rows.size]).toEqual([0, 0]);
    expect(gate.logged).toMatchObject([{ event: 'client_refused', error: 'not_found' }]);
  });

  it('a registered client can read and delete its registration, but not change it (RFC 7592 §2.2)', async () => {
    const before = new AuthorizationHarness();
    const { client_id, registration_access_token } = JSON.parse((await before.register(METADATA)).body);
    const gate = new AuthorizationHarness(off);
    for (const [id, row] of before.clients.rows) gate.clients.rows.set(id, row);
    const call = (method: string, body?: object) => gate.configure(method, client_id, registration_access_token, body);
    expect((await call('GET')).status).toBe(200);
    const { status, body } = await call('PUT', { ...METADATA, client_id });
    expect([status, JSON.parse(body).error]).toEqual([403, 'access_denied']);
    expect((await gate.authorize(authorizationQuery({ client_id, redirect_uri: URI }))).status).toBe(200);
    expect((await call('DELETE')).status).toBe(204);
  });
});

describe('Redirect URIs of registrations that the operator narrows', () => {
  const narrowed = {
    registration: { dynamic: 'open', redirectHosts: ['claude.ai'], schemes: ['cursor'] },
  } as const;
  const redirectUris = (...redirect_uris: string[]) => ({ redirect_uris });

  it('A13: refuses schemes and hosts that are not listed, with the rule', async () => {
    const { status, body } = await new AuthorizationHarness(narrowed).register(redirectUris('workbuddy://cb', URI));
    expect([status, JSON.parse(body).error_description]).toEqual([
      400,
      'No redirect URI can be used. redirect_uris[0]: the operator of this server does not allow its scheme; ' +
        'redirect_uris[1]: the operator of this server does not allow its host.',
    ]);
  });

  it('keeps listed ones, on any port, and loopback hosts', async () => {
    const kept = ['https://claude.ai/cb', 'https://claude.ai:8443/cb', 'cursor://cb', 'http://localhost/cb'];
    const sent = redirectUris(...kept, 'https://www.claude.ai/cb', 'https://claude.ai.evil.test/cb', 'cursor2://cb');
    expect(JSON.parse((await new AuthorizationHarness(narrowed).register(sent)).body).redirect_uris).toEqual(kept);
  });

  it('empty lists allow loopback hosts only', async () => {
    const gate = new AuthorizationHarness({ registration: { dynamic: 'open', redirectHosts: [], schemes: [] } });
    const sent = redirectUris('https://claude.ai/cb', 'cursor://cb', 'http://127.0.0.1/cb');
    expect(JSON.parse((await gate.register(sent)).body).redirect_uris).toEqual(['http://127.0.0.1/cb']);
  });

  it('applies to an update as well', async () => {
    const gate = new AuthorizationHarness(narrowed);
    const registered = { ...METADATA, ...redirectUris('cursor://cb') };
    const { client_id, registration_access_token } = JSON.parse((await gate.register(registered)).body);
    const update = await gate.configure('PUT', client_id, registration_access_token, { ...METADATA, client_id });
    expect([update.status, JSON.parse(update.body).error]).toEqual([400, 'invalid_redirect_uri']);
  });

  it('applies to new logins of clients that registered before, and to no configured client', async () => {
    const gate = new AuthorizationHarness({
      ...narrowed,
      configured: [
        { ...new AuthorizationHarness().addClient(), clientId: 'own-app', source: 'configured', redirectUris: [URI] },
      ],
    });
    gate.addClient({ clientId: 'gh_client_old', redirectUris: [URI, 'cursor://cb'] });
    const login = async (client_id: string, redirect_uri: string) =>
      (await gate.authorize(authorizationQuery({ client_id, redirect_uri }))).status;
    expect(await login('gh_client_old', URI)).toBe(400);
    expect(await login('gh_client_old', 'cursor://cb')).toBe(200);
    expect(await login('own-app', URI)).toBe(200);
  });
});
