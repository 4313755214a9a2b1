import { User } from '../../support/browser/user.ts';
import { ClientDocuments } from '../../support/client-profiles/documents.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { readInitialAccessToken } from '../../support/cloud/secrets.ts';
import { assertionForm, newAssertionKey } from '../../support/credentials/client-assertions.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callMcp,
  obtainCode,
  obtainSession,
  postForm,
  postRegistration,
  REDIRECT_URI,
  redeem,
  refresh,
} from '../../support/http/oauth-requests.ts';

// Over HTTP: clients with metadata documents, clients that sign assertions, and clients that manage their registration.

// These tests have their own cloud, because it fetches documents from one host at most ten times a minute.
let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocalCloud();
});
afterAll(() => cloud.stop());
const now = (): number => Math.floor(Date.now() / 1000);
let documents: ClientDocuments;
beforeEach(async () => {
  documents = new ClientDocuments();
  await documents.start();
});
afterEach(() => documents.stop());

const publishClient = (name: string, members: object = {}): { client_id: string } => {
  const client_id = documents.urlOf(`${name}/client.json`);
  documents.publish(`${name}/client.json`, {
    client_id,
    client_name: `Document of ${name}`,
    redirect_uris: [REDIRECT_URI],
    ...members,
  });
  return { client_id };
};

/** A client that signs a new assertion for each request. */
const signingClient = async (name: string) => {
  const key = await newAssertionKey();
  documents.publish(`${name}/jwks.json`, key.jwks);
  const jwks_uri = documents.urlOf(`${name}/jwks.json`);
  const client = publishClient(name, { token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
  const proof = async () => assertionForm(await key.sign(client.client_id, `${cloud.origin}/token`, now()));
  return { client, proof };
};

describe('Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document-01)', () => {
  it('an unregistered client connects, calls a tool and refreshes', async () => {
    const session = await obtainSession(cloud, { client: publishClient('plain') });
    expect((await callMcp(cloud.mcpUrl, session.accessToken)).status).toBe(200);
    expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
  });

  it('#138 the page names the host of the document, and warns if all redirect URIs are loopback', async () => {
    const user = new User(cloud);
    const seen = await user.open(authorizationRequest(cloud, publishClient('loopback')).url);
    expect(seen.html).toContain('Document of loopback');
    expect(seen.html).toContain(`<bdi>${new URL(documents.origin).host}</bdi>`);
    expect(seen.html).toContain('Any program on this computer can impersonate this application.');
  });

  it('#199 while the host is down, refreshes and logins still work', async () => {
    const client = publishClient('known');
    const session = await obtainSession(cloud, { client });
    await documents.stop();
    try {
      expect((await refresh(cloud, session.client, session.refreshToken)).status).toBe(200);
      expect((await obtainSession(cloud, { client })).accessToken).toBeDefined();
    } finally {
      await documents.start();
    }
  });

  it('#196 a document that changes before the code is redeemed does not affect this code', async () => {
    const client = publishClient('changing');
    const code = await obtainCode(cloud, client);
    publishClient('changing', { redirect_uris: ['https://elsewhere.example.com/'], client_name: 'Other' });
    expect((await redeem(cloud, code)).status).toBe(200);
  });

  it('#186 #197 an invalid document leads to a page, never to a redirect, and the log has the reason', async () => {
    const secret = publishClient('secret', { client_secret: 'x' });
    const foreign = documents.urlOf('foreign.json');
    documents.publish('foreign.json', { client_id: 'https://other.example/', redirect_uris: [] });
    for (const client_id of [secret.client_id, foreign, documents.urlOf('missing.json'), 'https://10.0.0.1/c.json']) {
      const seen = await new User(cloud).open(authorizationRequest(cloud, { client_id }).url);
      expect(seen.left).toBeUndefined();
      expect(seen.status).toBe(400);
      expect(formsOf(seen.html)).toEqual([]);
    }
  });
});

describe('private_key_jwt (RFC 7523), with keys at the jwks_uri of the document', () => {
  it('every request of the client needs a valid assertion', async () => {
    const { client, proof } = await signingClient('signing');
    const code = await obtainCode(cloud, client);
    const without = await redeem(cloud, code);
    expect([without.status, without.body.error]).toEqual([401, 'invalid_client']);

    const { status, body } = await redeem(cloud, code, { client_id: undefined, ...(await proof()) });
    expect(status).toBe(200);
    const weaker = await refresh(cloud, client, body.refresh_token);
    expect([weaker.status, weaker.body.error]).toEqual([401, 'invalid_client']);
    const refreshed = await refresh(cloud, client, body.refresh_token, await proof());
    expect(refreshed.status).toBe(200);
    const token = refreshed.body.refresh_token as string;
    expect((await postForm(`${cloud.origin}/revoke`, { token, ...(await proof()) })).status).toBe(200);
    expect((await refresh(cloud, client, token, await proof())).body.error).toBe('invalid_grant');
  });

  it('#202 a jti is accepted once, even among parallel requests', async () => {
    const { client, proof } = await signingClient('replay');
    const { body } = await redeem(cloud, await obtainCode(cloud, client), await proof());
    const assertion = await proof();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => refresh(cloud, client, body.refresh_token, assertion)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
    expect((await refresh(cloud, client, body.refresh_token, assertion)).body.error).toBe('invalid_client');
  });

  it('a registered client may use assertions as well', async () => {
    const key = await newAssertionKey();
    documents.publish('registered/jwks.json', key.jwks);
    const jwks_uri = documents.urlOf('registered/jwks.json');
    const { body: client } = await postRegistration(cloud, {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri,
    });
    expect(client).toMatchObject({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri });
    expect(client.client_secret).toBeUndefined();
    const assertion = await key.sign(client.client_id, `${cloud.origin}/token`, now());
    const { client_id } = client;
    const code = await obtainCode(cloud, { client_id });
    expect((await redeem(cloud, code)).body.error).toBe('invalid_client');
    expect((await redeem(cloud, code, assertionForm(assertion))).status).toBe(200);
  });
});

describe('Client configuration endpoint (RFC 7592), over HTTP', () => {
  const asOwner = (client: { registration_access_token: string }, init: RequestInit & { body?: string } = {}) => ({
    ...init,
    headers: {
      authorization: `Bearer ${client.registration_access_token}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });

  it('§2.1 reads, §2.2 replaces, §2.3 deletes; #183 the grants of a deleted client end', async () => {
    const { body: client } = await postRegistration(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    const session = await obtainSession(cloud, { client });

    const read = await fetch(client.registration_client_uri, asOwner(client));
    expect([read.status, await read.json()]).toEqual([200, expect.objectContaining({ client_id: client.client_id })]);

    const body = JSON.stringify({ client_id: client.client_id, redirect_uris: [REDIRECT_URI], client_name: 'Renamed' });
    const update = await fetch(client.registration_client_uri, asOwner(client, { method: 'PUT', body }));
    expect(await update.json()).toMatchObject({
      client_name: 'Renamed',
      token_endpoint_auth_method: 'client_secret_post',
    });
    const refreshed = await refresh(cloud, client, session.refreshToken);
    expect(refreshed.status).toBe(200);

    expect((await fetch(client.registration_client_uri, { method: 'DELETE' })).status).toBe(401);
    const deleted = await fetch(client.registration_client_uri, asOwner(client, { method: 'DELETE' }));
    expect(deleted.status).toBe(204);
    expect((await fetch(client.registration_client_uri, asOwner(client))).status).toBe(401);
    const dead = await refresh(cloud, client, refreshed.body.refresh_token);
    expect([dead.status, dead.body.error]).toEqual([401, 'invalid_client']);
  });

  it('#179 a public client cannot manage its registration', async () => {
    const { body } = await postRegistration(cloud);
    expect(Object.keys(body).filter((name) => name.startsWith('registration_'))).toEqual([]);
    const answer = await fetch(`${cloud.origin}/register/${body.client_id}`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(answer.status).toBe(401);
  });

  it('supports CORS preflights', async () => {
    const answer = await fetch(`${cloud.origin}/register/gh_client_x`, { method: 'OPTIONS' });
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, HEAD, PUT, DELETE, OPTIONS');
  });
});

describe('#199 The host of a document is down, and Gatehouse has no copy', () => {
  let own: LocalCloud;
  beforeAll(async () => {
    own = await startLocalCloud({ port: 5120 });
  }, 60_000);
  afterAll(() => own?.stop());

  it('leads to a page that calls the problem temporary', async () => {
    const client_id = documents.urlOf('down/client.json');
    await documents.stop();
    const { url } = authorizationRequest(own, { client_id });
    const seen = await new User(own).open(url);
    await documents.start();
    expect([seen.status, seen.left, seen.headers.get('retry-after')]).toEqual([400, undefined, '30']);
    expect(seen.html).toContain('This application cannot be checked right now');
    expect(seen.html).toContain('Try again');
    await own.until((output) => /client_refused .*rule=connection/.test(output));
  });
});

describe('Features that a deployment can switch off', () => {
  let own: LocalCloud;
  beforeAll(async () => {
    own = await startLocalCloud({
      port: 5110,
      config: { clientDocuments: { advertise: false }, registration: { dynamic: 'token' } },
    });
  }, 60_000);
  afterAll(() => own?.stop());

  it('clientDocuments.advertise: the metadata does not announce documents, and no new login uses one', async () => {
    const metadata = await (await fetch(`${own.origin}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({ client_id_metadata_document_supported: false });
    const seen = await new User(own).open(authorizationRequest(own, publishClient('refused')).url);
    expect([seen.status, seen.left]).toEqual([400, undefined]);
    expect(seen.html).toContain('Unknown application');
  });

  it('registration.dynamic: only the token that the printed command shows lets a client register', async () => {
    const token = await readInitialAccessToken(own.output());
    const status = async (headers = {}) => (await postRegistration(own, {}, headers)).status;
    expect(await status()).toBe(401);
    expect(await status({ authorization: `Bearer ${token}x` })).toBe(401);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(201);
  });
});
