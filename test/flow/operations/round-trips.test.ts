import { User } from '../../support/browser/user.ts';
import { ClientDocuments } from '../../support/client-profiles/documents.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { readClientSecret } from '../../support/cloud/secrets.ts';
import { assertionForm, newAssertionKey } from '../../support/credentials/client-assertions.ts';
import { formsOf } from '../../support/http/html-form.ts';
import {
  authorizationRequest,
  callbackParameters,
  callMcp,
  obtainSession,
  postForm,
  REDIRECT_URI,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
} from '../../support/http/oauth-requests.ts';

// Round trips determine latency and cost. All functions are warm: each has served a request before.

let cloud: LocalCloud;
let client: RegisteredClient;
beforeAll(async () => {
  const named = { name: 'Named', redirectUris: [REDIRECT_URI], authentication: 'client_secret_post' };
  cloud = await startLocalCloud({ args: ['--trace-calls'], config: { clients: { named } } });
  // During startup a function may have several environments, each cold until its first request. The most recently
  // used one is used next, so after a few rounds every request meets a warm one.
  for (let round = 0; round < 3; round += 1) await walk();
  for (const path of [
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server',
    '/.well-known/jwks.json',
  ]) {
    await (await fetch(`${cloud.origin}${path}`)).text();
  }
}, 60_000);
afterAll(() => cloud?.stop());

const walk = async (): Promise<void> => {
  const session = await obtainSession(cloud);
  await callMcp(cloud.mcpUrl, session.accessToken);
  await refresh(cloud, session.client, session.refreshToken);
};

type Calls = Record<string, number>;

/** The AWS calls between the start of a request and its line in the output. */
const callsOf = async <T>(path: string, send: () => Promise<T>): Promise<{ calls: Calls; result: T }> => {
  const before = cloud.output().length;
  const isDone = (line: string) => line.startsWith('{"request":') && JSON.parse(line).request.path === path;
  const linesSince = () => cloud.output().slice(before).split('\n').slice(0, -1);
  const result = await send();
  await cloud.until(() => linesSince().some(isDone));
  const calls: Calls = {};
  for (const line of linesSince()) {
    if (isDone(line)) break;
    if (!line.startsWith('{"call":')) continue;
    const { service, action } = JSON.parse(line).call as { service: string; action: string };
    const name = `${service} ${action}`;
    calls[name] = (calls[name] ?? 0) + 1;
  }
  return { calls, result };
};

describe('The AWS calls of each request to warm functions', () => {
  it.each([
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
  ])('GET %s: none', async (path) => {
    // Avoid the cache of the edge: each origin has its own cache entry.
    const headers = { origin: 'https://not-cached.example' };
    const { calls } = await callsOf(path, async () => (await fetch(`${cloud.origin}${path}`, { headers })).text());
    expect(calls).toEqual({});
  });

  it('POST /register: 1 read and 1 write for new metadata, 1 read for known metadata', async () => {
    const metadata = { client_name: 'Counted' };
    const first = await callsOf('/register', () => registerClient(cloud, metadata));
    expect(first.calls).toEqual({ 'dynamodb GetItem': 1, 'dynamodb UpdateItem': 1 });
    const again = await callsOf('/register', () => registerClient(cloud, metadata));
    expect(again.calls).toEqual({ 'dynamodb GetItem': 1 });
    expect(again.result.client_id).toBe(first.result.client_id);
    client = first.result;
  });

  it('a complete login: /authorize 1 read, /consent 1 write, /callback 2 writes, /token 3 parallel reads, 1 Sign, 1 write, /mcp only the backend', async () => {
    const user = new User(cloud);
    const { url, codeVerifier } = authorizationRequest(cloud, client);

    const authorize = await callsOf('/authorize', () => user.open(url));
    expect(authorize.calls).toEqual({ 'dynamodb GetItem': 1 });

    const [form] = formsOf(authorize.result.html);
    const button = form?.buttons.find(({ name, value }) => name === 'idp' || value === 'approve');
    const body = new URLSearchParams({ ...form?.fields, [button?.name ?? '']: button?.value ?? '' });
    const consent = await callsOf('/consent', () =>
      user.request(new URL('/consent', cloud.origin), { method: 'POST', headers: { origin: cloud.origin }, body }),
    );
    expect(consent.calls).toEqual({ 'dynamodb UpdateItem': 1 });

    const callback = await callsOf('/callback/company', () =>
      user.signIn(consent.result.headers.get('location') ?? ''),
    );
    expect(callback.calls).toEqual({ 'dynamodb UpdateItem': 1, 'dynamodb PutItem': 1 });

    const code = callbackParameters(callback.result).get('code') ?? '';
    const token = await callsOf('/token', () => redeem(cloud, { client, code, codeVerifier }));
    expect(token.result.status).toBe(200);
    expect(token.calls).toEqual({ 'dynamodb GetItem': 3, 'kms Sign': 1, 'dynamodb UpdateItem': 1 });

    const mcp = await callsOf('/mcp', () => callMcp(cloud.mcpUrl, token.result.body.access_token));
    expect(mcp.result.status).toBe(200);
    // The example server has a tool rule, so the inspector forwards the request to it.
    expect(mcp.calls).toEqual({ 'lambda InvokeWithResponseStream': 1 });

    const refreshed = await callsOf('/token', () => refresh(cloud, client, token.result.body.refresh_token));
    expect(refreshed.result.status).toBe(200);
    expect(refreshed.calls).toEqual({ 'dynamodb GetItem': 3, 'kms Sign': 1, 'dynamodb UpdateItem': 1 });
  });

  it('Deny: 1 write', async () => {
    const user = new User(cloud);
    const seen = await user.open(authorizationRequest(cloud, client).url);
    const [form] = formsOf(seen.html);
    if (form === undefined) throw new Error('no form');
    const { calls } = await callsOf('/consent', () => user.submit(seen, form, { decision: 'deny' }));
    expect(calls).toEqual({ 'dynamodb UpdateItem': 1 });
  });

  it('GET /userinfo: 1 read of the grant', async () => {
    const { accessToken } = await obtainSession(cloud);
    const userinfo = () => fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
    for (let round = 0; round < 3; round += 1) await callsOf('/userinfo', userinfo);
    const { calls, result } = await callsOf('/userinfo', userinfo);
    expect([result.status, calls]).toEqual([200, { 'dynamodb GetItem': 1 }]);
  });

  it('POST /introspect: parallel reads of the client and the grant', async () => {
    const confidential = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_post' });
    const { accessToken } = await obtainSession(cloud, { client: confidential });
    const { client_id, client_secret } = confidential;
    const introspect = () => postForm(`${cloud.origin}/introspect`, { client_id, client_secret, token: accessToken });
    for (let round = 0; round < 3; round += 1) await callsOf('/introspect', introspect);
    const { calls, result } = await callsOf('/introspect', introspect);
    expect([result.body.active, calls]).toEqual([true, { 'dynamodb GetItem': 2 }]);
  });

  it('POST /introspect by a configured client: its secret is cached', async () => {
    const client_secret = await readClientSecret(cloud.output(), 'named');
    const introspect = () => postForm(`${cloud.origin}/introspect`, { client_id: 'named', client_secret, token: 'x' });
    for (let round = 0; round < 3; round += 1) await callsOf('/introspect', introspect);
    const { calls, result } = await callsOf('/introspect', introspect);
    expect([result.body, calls]).toEqual([{ active: false }, {}]);
  });

  it('401 by the authorizer: none', async () => {
    const { calls } = await callsOf('/mcp', () => callMcp(cloud.mcpUrl, 'garbage'));
    expect(calls).toEqual({});
  });

  it('a metadata document and private_key_jwt: the client is stored once, and each assertion takes one write', async () => {
    const documents = new ClientDocuments();
    await documents.start();
    try {
      const key = await newAssertionKey();
      documents.publish('jwks.json', key.jwks);
      const client_id = documents.urlOf('client.json');
      documents.publish('client.json', {
        client_id,
        client_name: 'Counted document',
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks_uri: documents.urlOf('jwks.json'),
      });
      const user = new User(cloud);
      for (const stores of [1, 0]) {
        const { url, codeVerifier } = authorizationRequest(cloud, { client_id });
        const authorize = await callsOf('/authorize', () => user.open(url));
        expect(authorize.calls).toEqual({ 'dynamodb GetItem': 1 });
        const callback = await callsOf('/callback/company', () => user.signIn(url));
        expect(callback.calls).toMatchObject({ 'dynamodb PutItem': 1 });
        // One write each for /consent and /callback, and one more when the client is stored.
        expect(callback.calls['dynamodb UpdateItem']).toBe(2 + stores);

        const code = callbackParameters(callback.result).get('code') ?? '';
        const jwt = await key.sign(client_id, `${cloud.origin}/token`, Math.floor(Date.now() / 1000));
        const token = await callsOf('/token', () =>
          redeem(cloud, { client: { client_id }, code, codeVerifier }, assertionForm(jwt)),
        );
        expect(token.result.status).toBe(200);
        expect(token.calls).toEqual({
          'dynamodb GetItem': 3,
          'dynamodb PutItem': 1,
          'kms Sign': 1,
          'dynamodb UpdateItem': 1,
        });
      }
    } finally {
      await documents.stop();
    }
  });
});
