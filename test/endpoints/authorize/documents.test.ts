import type { Client } from '../../../lambdas/core/clients/client.ts';
import { AuthorizationHarness } from '../../support/authorization/authorization-harness.ts';
import { Browser } from '../../support/authorization/browser.ts';
import type { AuthorizationHarnessOptions } from '../../support/authorization/handlers.ts';
import { authorizationQuery, sealedRequestOf } from '../../support/authorization/requests.ts';

const ID = 'https://client.example.com/oauth/client.json';
const REDIRECT_URI = 'https://client.example.com/callback';
const DAY = 86_400;
const documentOf = (members: object = {}, clientId = ID) => ({
  client_id: clientId,
  client_name: 'Documented',
  redirect_uris: [REDIRECT_URI],
  ...members,
});
const query = (overrides: Record<string, string> = {}) =>
  authorizationQuery({ client_id: ID, redirect_uri: REDIRECT_URI, ...overrides });

const gateWith = (
  document: object | 'down' | undefined,
  options: AuthorizationHarnessOptions = {},
): AuthorizationHarness => {
  const gate = new AuthorizationHarness(options);
  if (document !== undefined) gate.documents.set(ID, document);
  return gate;
};

/** Completes a login, from the client's request to the code. */
const signIn = async (gate: AuthorizationHarness, request = query()) => {
  const browser = new Browser();
  const provider = await gate.approve(browser, request);
  return gate.callback(new URLSearchParams({ state: provider.searchParams.get('state') ?? '', code: 'up' }), browser);
};

describe('Authorization endpoint with metadata documents (draft-ietf-oauth-client-id-metadata-document-01)', () => {
  it('asks for consent with the name and the host of the document, and writes nothing', async () => {
    const gate = gateWith(documentOf());
    const answer = await gate.authorize(query());
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('Documented');
    expect(answer.body).toContain('<dt>Application website</dt><dd><bdi>client.example.com</bdi></dd>');
    expect(answer.body).not.toContain('class="warning"');
    expect([gate.clients.reads, gate.clients.writes]).toEqual([1, 0]);
  });

  it('stores the client without its keys when a login completes', async () => {
    const gate = gateWith(
      documentOf({
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        jwks_uri: 'https://client.example.com/jwks.json',
      }),
    );
    const browser = new Browser();
    await gate.approve(browser, query());
    expect(gate.clients.rows.size).toBe(0);
    await signIn(gate);
    expect([...gate.clients.rows.values()]).toEqual([
      {
        clientId: ID,
        source: 'document',
        clientName: 'Documented',
        redirectUris: [REDIRECT_URI],
        grantTypes: ['authorization_code', 'refresh_token'],
        tokenEndpointAuthMethods: ['private_key_jwt'],
        tokenEndpointAuthSigningAlg: 'RS256',
        issuedAt: gate.now,
        expiresAt: gate.now + 97 * DAY,
      },
    ]);
  });

  it('writes a stored client only when its document changes or its expiry is due', async () => {
    const gate = gateWith(documentOf());
    await signIn(gate);
    expect(gate.clients.writes).toBe(1);
    gate.now += DAY;
    await signIn(gate);
    expect(gate.clients.writes).toBe(1);
    gate.documents.set(ID, documentOf({ client_name: 'Renamed' }));
    gate.now += DAY;
    await signIn(gate);
    expect(gate.clients.writes).toBe(2);
    expect(gate.clients.rows.get(ID)).toMatchObject({ clientName: 'Renamed', expiresAt: gate.now + 97 * DAY });
    gate.now += 30 * DAY;
    await signIn(gate);
    expect(gate.clients.writes).toBe(3);
    expect(gate.clients.rows.get(ID)?.expiresAt).toBe(gate.now + 97 * DAY);
  });

  it('#196 a document that changes during a login does not affect this login', async () => {
    const gate = gateWith(documentOf());
    const browser = new Browser();
    const provider = await gate.approve(browser, query());
    gate.documents.set(ID, documentOf({ redirect_uris: ['https://other.example.com/'], client_name: 'Changed' }));
    gate.now += 61;
    const state = provider.searchParams.get('state') ?? '';
    const answer = await gate.callback(new URLSearchParams({ state, code: 'up' }), browser);
    expect(answer.headers.location).toMatch(/^https:\/\/client\.example\.com\/callback\?code=gh_ac_/);
    expect(gate.clients.rows.get(ID)).toMatchObject({ clientName: 'Documented', redirectUris: [REDIRECT_URI] });
  });

  it('#199 shows a temporary error when the host is down and there is no copy', async () => {
    const gate = gateWith('down');
    const answer = await gate.authorize(query());
    expect([answer.status, answer.headers['retry-after'], answer.headers.location]).toEqual([400, '30', undefined]);
    expect(answer.body).toContain('This application cannot be checked right now');
    expect(answer.body).not.toContain('Unknown application');
    expect(gate.logged).toContainEqual(expect.objectContaining({ event: 'client_refused', rule: 'timeout' }));
  });

  it('uses the copy of the last login, or the shipped copy, when the host is down', async () => {
    const gate = gateWith(documentOf());
    await signIn(gate);
    const later = gateWith('down');
    for (const [clientId, client] of gate.clients.rows) later.clients.rows.set(clientId, client);
    expect((await later.authorize(query())).status).toBe(200);
    expect(later.logged).toContainEqual(expect.objectContaining({ event: 'client_copy_used', copy: 'stored' }));

    const claude = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
    later.documents.set(claude, 'down');
    const redirect_uri = 'https://claude.ai/api/mcp/auth_callback';
    expect((await later.authorize(query({ client_id: claude, redirect_uri }))).status).toBe(200);
  });

  it.each([
    ['#192 there is no document (404)', undefined, 'gone'],
    ['the document describes another client', documentOf({ client_id: 'https://evil.example/' }), 'client_id'],
    ['#197 the document contains a secret', documentOf({ client_secret: 'x' }), 'client_secret'],
    ['the document is empty', {}, 'client_id'],
  ])('shows the reason, never redirects and stores nothing: %s', async (_, document, rule) => {
    const gate = gateWith(document);
    const answer = await gate.authorize(query());
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
    expect(answer.body).toContain('This application’s metadata is invalid');
    expect(gate.logged).toContainEqual(expect.objectContaining({ event: 'client_refused', rule }));
    expect(gate.clients.writes).toBe(0);
  });

  it.each([
    'https://client.example.com',
    'https://client.example.com/a/../client.json',
    'https://user@client.example.com/c.json',
    'https://client.example.com/c.json#x',
    'http://client.example.com/c.json',
    'https://169.254.169.254/latest/%2e%2e/x',
  ])('#191 refuses the client_id %s without a fetch', async (client_id) => {
    const gate = gateWith(documentOf());
    const answer = await gate.authorize(query({ client_id }));
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
  });

  it('never redirects to a redirect URI that the document does not list', async () => {
    const answer = await gateWith(documentOf()).authorize(query({ redirect_uri: 'https://evil.example/' }));
    expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
  });

  it('A12: the log says why a redirect URI of the document cannot be used', async () => {
    const redirect_uri = 'http://client.example.com/callback';
    const gate = gateWith(documentOf({ redirect_uris: [REDIRECT_URI, redirect_uri] }));
    expect((await gate.authorize(query({ redirect_uri }))).status).toBe(400);
    expect(gate.logged).toMatchObject([
      { event: 'request_refused', detail: expect.stringContaining('cannot be registered: http is allowed only for') },
    ]);
  });

  it('with documents switched off, refuses a new login and fetches nothing', async () => {
    const gate = gateWith(documentOf(), { advertise: false });
    const answer = await gate.authorize(query());
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('Unknown application');
    expect(gate.logged.map(({ event }) => event)).toEqual(['request_refused']);
  });

  it('host lists: refuses a blocked host, and a host that is not allowed', async () => {
    const blocked = await gateWith(documentOf(), { hosts: { blockHosts: ['*.example.com'] } }).authorize(query());
    expect([blocked.status, blocked.body]).toEqual([403, expect.stringContaining('This application is blocked')]);
    const gate = gateWith(documentOf(), { hosts: { allowHosts: ['claude.ai'] } });
    expect((await gate.authorize(query())).status).toBe(400);
    expect(gate.logged).toContainEqual(expect.objectContaining({ rule: 'host_not_allowed' }));
  });

  it('refuses a blocked client, even if its document changes', async () => {
    const gate = gateWith(documentOf());
    await signIn(gate);
    gate.clients.rows.set(ID, { ...(gate.clients.rows.get(ID) as Client), blocked: true });
    expect((await gate.authorize(query())).status).toBe(403);
  });

  it('prefers a configured client to a document with the same id', async () => {
    const configured: Client = {
      clientId: ID,
      source: 'configured',
      clientName: 'Vouched for',
      redirectUris: ['https://configured.example.com/'],
      grantTypes: ['authorization_code'],
      tokenEndpointAuthMethods: ['none'],
      issuedAt: 0,
    };
    const gate = gateWith(documentOf(), { configured: [configured] });
    const answer = await gate.authorize(query({ redirect_uri: 'https://configured.example.com/' }));
    expect(answer.body).toContain('Vouched for');
    expect(answer.body).not.toMatch(/verified|Application website/);
    expect(gate.clients.reads).toBe(0);
  });

  it('a document of 5 KB and a state of 4 KB fit into the form and the transaction', async () => {
    const redirect_uris = Array.from({ length: 40 }, (_, n) => `${REDIRECT_URI}/${n}/${'x'.repeat(60)}`);
    const gate = gateWith(documentOf({ redirect_uris }));
    const request = query({ redirect_uri: redirect_uris[7] ?? '', state: 's'.repeat(4096) });
    const answer = await gate.authorize(request);
    expect(sealedRequestOf(answer).length).toBeLessThan(30_000);
    expect((await signIn(gate, request)).status).toBe(303);
  });
});

describe('Consent page for clients of metadata documents', () => {
  it('#138 warns when every redirect URI is a port of this computer', async () => {
    const redirect_uris = ['http://localhost/callback', 'http://127.0.0.1/callback'];
    const gate = gateWith(documentOf({ redirect_uris }));
    const { body } = await gate.authorize(query({ redirect_uri: 'http://localhost:50123/callback' }));
    expect(body).toContain('Any program on this computer can impersonate this application.');
    expect(body).toContain('A program on this computer will receive the response.');
  });

  it('#138 warns only of the receiver when the document lists a website too', async () => {
    const gate = gateWith(documentOf({ redirect_uris: [REDIRECT_URI, 'http://localhost/callback'] }));
    const { body } = await gate.authorize(query({ redirect_uri: 'http://localhost:50123/callback' }));
    expect(body).not.toContain('impersonate');
    expect(body).toContain('A program on this computer will receive the response.');
  });

  it('#198 warns when the response goes to a website other than the host of the document', async () => {
    const elsewhere = 'https://elsewhere.example.net/callback';
    const gate = gateWith(documentOf({ redirect_uris: [REDIRECT_URI, elsewhere] }));
    const { status, body } = await gate.authorize(query({ redirect_uri: elsewhere }));
    expect(status).toBe(200);
    expect(body).toContain('The response goes to a different website.');
    expect(body).toContain('<bdi>elsewhere.example.net</bdi> will receive the response');
    expect((await gate.authorize(query())).body).not.toContain('different website');
  });
});
