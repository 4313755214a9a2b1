import { AuthorizationHarness } from '../support/authorization/authorization-harness.ts';

const METADATA = {
  client_name: 'Confidential',
  redirect_uris: ['https://client.example.com/cb'],
  token_endpoint_auth_method: 'client_secret_post',
};
const JWKS = { keys: [{ kty: 'RSA', n: 'abc', e: 'AQAB', kid: 'one' }] };

interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly client_secret_expires_at: number;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

const registered = async (metadata: object = {}) => {
  const gate = new AuthorizationHarness();
  const { body } = await gate.register({ ...METADATA, ...metadata });
  const client = JSON.parse(body) as Registered;
  const call = (method: string, sent?: object, token = client.registration_access_token) =>
    gate.configure(method, client.client_id, token, sent);
  return { gate, client, call };
};

describe('Registration of confidential clients (RFC 7591 §3.2.1, RFC 7592 §3)', () => {
  it('a confidential client gets a token and the URL to use it at; a public one has neither (#179)', async () => {
    const { gate, client } = await registered();
    expect(client.registration_access_token).toMatch(/^gh_rat_[A-Za-z0-9_-]{43}$/);
    expect(client.registration_client_uri).toBe(`https://gate.example.com/register/${client.client_id}`);
    const rows = JSON.stringify([...gate.clients.rows.values()]);
    expect(rows).not.toContain(client.registration_access_token);
    expect(JSON.stringify(gate.logged)).not.toContain(client.registration_access_token);
    expect((await gate.register({ ...METADATA, token_endpoint_auth_method: 'none' })).body).not.toContain(
      'registration_',
    );
  });

  it('private_key_jwt: returns the keys, and no secret', async () => {
    const { client } = await registered({
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: JWKS,
    });
    expect(client).toMatchObject({
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: JWKS,
    });
    expect(client).not.toHaveProperty('client_secret');
    expect(client).not.toHaveProperty('client_secret_expires_at');
  });

  it.each([
    ['both jwks and jwks_uri', { jwks: JWKS, jwks_uri: 'https://client.example.com/jwks' }],
    ['a private key', { jwks: { keys: [{ ...JWKS.keys[0], d: 'secret' }] } }],
    ['jwks that is not a key set', { jwks: { keys: 'x' } }],
    ['#174 a key that the table cannot store', { jwks: { keys: [{ ...JWKS.keys[0], x: 1e200 }] } }],
    ['#180 a jwks_uri that must not be fetched', { jwks_uri: 'http://169.254.169.254/' }],
    ['a jwks_uri with user information', { jwks_uri: 'https://u:p@client.example.com/jwks' }],
    ['a jwks_uri that is not a string', { jwks_uri: 7 }],
    ['an unsupported algorithm', { jwks: JWKS, token_endpoint_auth_signing_alg: 'HS256' }],
  ])('private_key_jwt: refuses %s', async (_, members) => {
    const gate = new AuthorizationHarness();
    const answer = await gate.register({ ...METADATA, token_endpoint_auth_method: 'private_key_jwt', ...members });
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, 'invalid_client_metadata']);
    expect(gate.clients.rows.size).toBe(0);
  });

  it('#174 a registration and an update keep and return the known members of keys', async () => {
    const gate = new AuthorizationHarness();
    const odd = { keys: [{ ...JWKS.keys[0], x5c: [[1e200]], ext: true }] };
    const metadata = { ...METADATA, token_endpoint_auth_method: 'private_key_jwt', jwks: odd };
    const client = JSON.parse((await gate.register(metadata)).body);
    expect(client.jwks).toEqual(JWKS);
    const update = { ...metadata, client_id: client.client_id };
    const answer = await gate.configure('PUT', client.client_id, client.registration_access_token, update);
    expect([answer.status, JSON.parse(answer.body).jwks]).toEqual([200, JWKS]);
    expect([...gate.clients.rows.values()].map(({ jwks }) => jwks)).toEqual([JWKS]);
  });

  it('a blocked client stays blocked when it registers again', async () => {
    const gate = new AuthorizationHarness();
    const metadata = { ...METADATA, token_endpoint_auth_method: 'none' };
    const { client_id } = JSON.parse((await gate.register(metadata)).body);
    const row = gate.clients.rows.get(client_id);
    if (row) gate.clients.rows.set(client_id, { ...row, blocked: true });
    gate.now += 400 * 86_400;
    const answer = await gate.register(metadata);
    expect([answer.status, JSON.parse(answer.body).error]).toEqual([403, 'access_denied']);
    expect(gate.clients.rows.get(client_id)?.blocked).toBe(true);
    expect(gate.events()).toEqual(['client_registered', 'client_refused']);
  });

  it.each([
    ['web', ['https://a.test/cb', 'http://localhost/cb', 'cursor://x/cb'], ['https://a.test/cb']],
    [
      'native',
      ['https://a.test/cb', 'http://localhost/cb', 'cursor://x/cb'],
      ['https://a.test/cb', 'http://localhost/cb', 'cursor://x/cb'],
    ],
    [undefined, ['http://localhost/cb'], ['http://localhost/cb']],
    ['toaster', ['http://localhost/cb'], ['http://localhost/cb']],
  ])('#184 application_type %s', async (application_type, redirect_uris, accepted) => {
    const { client } = await registered({ application_type, redirect_uris });
    expect(client).toMatchObject({ redirect_uris: accepted });
  });

  it('#184 refuses a web application without an https redirect URI, and says what to send', async () => {
    const answer = await new AuthorizationHarness().register({
      redirect_uris: ['http://localhost/cb'],
      application_type: 'web',
    });
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_redirect_uri' });
  });
});

describe('Client configuration endpoint (RFC 7592 §2)', () => {
  it('§2.1: GET returns what is registered, and never the secret', async () => {
    const { client, call } = await registered();
    const answer = await call('GET');
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    const { client_secret: _, ...expected } = client as Registered & Record<string, unknown>;
    expect(JSON.parse(answer.body)).toEqual(expected);
  });

  it('§2.2: PUT replaces all metadata; id, secret and expiry stay', async () => {
    const { gate, client, call } = await registered();
    const before = gate.clients.rows.get(client.client_id);
    gate.now += 60;
    const answer = await call('PUT', {
      client_id: client.client_id,
      client_secret: client.client_secret,
      redirect_uris: ['https://client.example.com/other'],
      grant_types: ['authorization_code'],
    });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({
      client_id: client.client_id,
      redirect_uris: ['https://client.example.com/other'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
      registration_client_uri: client.registration_client_uri,
    });
    expect(JSON.parse(answer.body)).not.toHaveProperty('client_name');
    const { clientName: _, ...rest } = before ?? {};
    expect(gate.clients.rows.get(client.client_id)).toEqual({
      ...rest,
      redirectUris: ['https://client.example.com/other'],
      grantTypes: ['authorization_code'],
    });
    expect(gate.events()).toEqual(['client_registered', 'client_updated']);
  });

  it('§2.2: a client that changes to private_key_jwt loses its secret', async () => {
    const { gate, client, call } = await registered();
    const { client_id } = client;
    const update = { ...METADATA, client_id, token_endpoint_auth_method: 'private_key_jwt', jwks: JWKS };
    expect((await call('PUT', update)).status).toBe(200);
    expect(gate.clients.rows.get(client_id)).toMatchObject({ tokenEndpointAuthMethods: ['private_key_jwt'] });
    expect(gate.clients.rows.get(client_id)).not.toHaveProperty('clientSecretHash');
  });

  it.each([
    ['no client_id', { client_id: undefined }],
    ['another client_id', { client_id: 'gh_client_other' }],
    ['a secret of its own choice', { client_secret: 'mine' }],
    ['a token of its own choice', { registration_access_token: 'x' }],
    ['a registration_client_uri of its own choice', { registration_client_uri: 'https://x.test/' }],
    ['times of its own choice', { client_id_issued_at: 1 }],
    ['#53 a weaker method', { token_endpoint_auth_method: 'none' }],
    ['no redirect URI', { redirect_uris: [] }],
  ])('§2.2: PUT refuses %s and changes nothing', async (_, members) => {
    const { gate, client, call } = await registered();
    const before = gate.clients.rows.get(client.client_id);
    const answer = await call('PUT', { ...METADATA, client_id: client.client_id, ...members });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error).toMatch(/^invalid_(client_metadata|redirect_uri)$/);
    expect(gate.clients.rows.get(client.client_id)).toEqual(before);
  });

  it('§2.3: DELETE removes the client and its token', async () => {
    const { gate, client, call } = await registered();
    const answer = await call('DELETE');
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(gate.clients.rows.size).toBe(0);
    expect((await call('GET')).status).toBe(401);
    expect(gate.events()).toContain('client_deleted');
    expect(JSON.stringify(gate.logged)).not.toContain(client.registration_access_token);
  });

  it('an update after a deletion does not restore the client', async () => {
    const { gate, client, call } = await registered();
    const find = gate.clients.findClient.bind(gate.clients);
    gate.clients.findClient = async (...args) => {
      const found = await find(...args);
      gate.clients.rows.delete(client.client_id);
      return found;
    };
    const update = call('PUT', { ...METADATA, client_id: client.client_id });
    expect((await update).status).toBe(401);
    expect(gate.clients.rows.size).toBe(0);
  });

  it.each(['GET', 'PUT', 'DELETE'])(
    '%s: every wrong token and every unknown client get the same answer',
    async (method) => {
      const { gate, client } = await registered();
      const body = method === 'PUT' ? { ...METADATA, client_id: client.client_id } : undefined;
      const open = JSON.parse((await gate.register({ ...METADATA, token_endpoint_auth_method: 'none' })).body);
      const answers = [
        await gate.configure(method, client.client_id, undefined, body),
        await gate.configure(method, client.client_id, 'gh_rat_wrong', body),
        await gate.configure(method, client.client_id, client.client_secret, body),
        await gate.configure(method, 'gh_client_unknown', client.registration_access_token, body),
        await gate.configure(method, open.client_id, client.registration_access_token, body),
      ];
      for (const answer of answers) {
        expect([answer.status, JSON.parse(answer.body).error]).toEqual([401, 'invalid_token']);
        expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
      }
      expect(gate.clients.rows.size).toBe(2);
    },
  );

  it('A5: an unused registration and its token live exactly as long as the answer says, which is 30 days', async () => {
    const { gate, client, call } = await registered();
    expect(client.client_secret_expires_at).toBe(gate.now + 30 * 86_400);
    gate.now = client.client_secret_expires_at - 1;
    expect((await call('GET')).status).toBe(200);
    gate.now += 1;
    expect((await call('GET')).status).toBe(401);
  });

  it('#67 answers a fault of the table with 503', async () => {
    const { gate, call } = await registered();
    gate.clients.failing = true;
    expect((await call('GET')).status).toBe(503);
  });
});
