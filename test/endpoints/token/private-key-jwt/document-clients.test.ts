import { DOCUMENT_CLIENT, ID, publish, start } from './fixture.ts';

describe('Clients of metadata documents at the token endpoint', () => {
  const open = { ...DOCUMENT_CLIENT, tokenEndpointAuthMethods: ['none'] } as const;

  it('#199 code and refresh work without contacting the host of the document', async () => {
    const server = start();
    const client = await server.registered(open);
    const { code } = await server.issueCode(client);
    const { status, body } = await server.post(server.redemption(client, code));
    expect(status).toBe(200);
    expect((await server.post(server.refresh(client, body.refresh_token))).status).toBe(200);
    expect(server.fetched).toEqual([]);
  });

  it('a client that never completed a login is unknown: invalid_client', async () => {
    const server = start();
    publish(server);
    const { code } = await server.issueCode({ ...(await server.registered()), clientId: ID });
    const form = server.redemption({ ...(await server.registered()), clientId: ID }, code);
    expect((await server.post(form)).body.error).toBe('invalid_client');
    expect(server.fetched).toEqual([]);
  });

  it('a blocked host or client gets invalid_client at once', async () => {
    const server = start({ blockHosts: ['client.example.com'] });
    const byHost = await server.registered(open);
    const byRow = await server.registered({ blocked: true });
    for (const client of [byHost, byRow]) {
      const { code } = await server.issueCode(client);
      const answer = await server.post(server.redemption(client, code));
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
    }
  });

  it('#183 a deleted client gets invalid_client for its refresh tokens', async () => {
    const server = start();
    const { client, refreshToken } = await server.signedIn();
    await server.clients.deleteClient(client.clientId);
    const answer = await server.post(server.refresh(client, refreshToken));
    expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
  });

  it.each(['x'.repeat(2049), 'ä', 'a b', ' '])(
    'refuses a malformed client_id without a read: %#',
    async (client_id) => {
      const server = start();
      const answer = await server.post({ grant_type: 'refresh_token', refresh_token: 'x', client_id });
      expect([answer.status, answer.body.error]).toEqual([401, 'invalid_client']);
      expect(server.clients.reads).toBe(0);
    },
  );
});
