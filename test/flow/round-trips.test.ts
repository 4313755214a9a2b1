import { formsOf } from '../support/html-form.ts';
import { type LocalCloud, startLocalCloud } from '../support/local-cloud.ts';
import {
  authorizationRequest,
  callbackParameters,
  callMcp,
  obtainSession,
  type RegisteredClient,
  redeem,
  refresh,
  registerClient,
} from '../support/oauth-requests.ts';
import { Person } from '../support/person.ts';

// Round trips are what latency and the bill are made of. Everything is warm: each function has answered before.

let cloud: LocalCloud;
let client: RegisteredClient;
beforeAll(async () => {
  cloud = await startLocalCloud({ args: ['--trace-calls'] });
  // Starting up, a function may have got several environments, and each is cold until its first request. The last one
  // used is used next, so after a few rounds every request meets a warm one.
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

/** The AWS calls between a request's start and its line in the output. */
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

describe('What each request costs, once warm', () => {
  it.each([
    '/.well-known/oauth-protected-resource/mcp',
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
  ])('GET %s: nothing', async (path) => {
    // The edge would answer from its cache: another origin is another cache entry.
    const headers = { origin: 'https://not-cached.example' };
    const { calls } = await callsOf(path, async () => (await fetch(`${cloud.origin}${path}`, { headers })).text());
    expect(calls).toEqual({});
  });

  it('POST /register: 1 read and 1 write when new, 1 read when known', async () => {
    const metadata = { client_name: 'Counted' };
    const first = await callsOf('/register', () => registerClient(cloud, metadata));
    expect(first.calls).toEqual({ 'dynamodb GetItem': 1, 'dynamodb UpdateItem': 1 });
    const again = await callsOf('/register', () => registerClient(cloud, metadata));
    expect(again.calls).toEqual({ 'dynamodb GetItem': 1 });
    expect(again.result.client_id).toBe(first.result.client_id);
    client = first.result;
  });

  it('the whole way: /authorize 1 read, /consent 1 write, /callback 2 writes, /token 2 reads at once, 1 Sign, 1 write, /mcp nothing', async () => {
    const person = new Person(cloud);
    const { url, codeVerifier } = authorizationRequest(cloud, client);

    const authorize = await callsOf('/authorize', () => person.open(url));
    expect(authorize.calls).toEqual({ 'dynamodb GetItem': 1 });

    const [form] = formsOf(authorize.result.html);
    const button = form?.buttons.find(({ name, value }) => name === 'idp' || value === 'approve');
    const body = new URLSearchParams({ ...form?.fields, [button?.name ?? '']: button?.value ?? '' });
    const consent = await callsOf('/consent', () =>
      person.request(new URL('/consent', cloud.origin), { method: 'POST', headers: { origin: cloud.origin }, body }),
    );
    expect(consent.calls).toEqual({ 'dynamodb UpdateItem': 1 });

    const callback = await callsOf('/callback/company', () =>
      person.signIn(consent.result.headers.get('location') ?? ''),
    );
    expect(callback.calls).toEqual({ 'dynamodb UpdateItem': 1, 'dynamodb PutItem': 1 });

    const code = callbackParameters(callback.result).get('code') ?? '';
    const token = await callsOf('/token', () => redeem(cloud, { client, code, codeVerifier }));
    expect(token.result.status).toBe(200);
    expect(token.calls).toEqual({ 'dynamodb GetItem': 2, 'kms Sign': 1, 'dynamodb UpdateItem': 1 });

    const mcp = await callsOf('/mcp', () => callMcp(cloud.mcpUrl, token.result.body.access_token));
    expect(mcp.result.status).toBe(200);
    expect(mcp.calls).toEqual({});

    const refreshed = await callsOf('/token', () => refresh(cloud, client, token.result.body.refresh_token));
    expect(refreshed.result.status).toBe(200);
    expect(refreshed.calls).toEqual({ 'dynamodb GetItem': 2, 'kms Sign': 1, 'dynamodb UpdateItem': 1 });
  });

  it('Deny: no write at all', async () => {
    const person = new Person(cloud);
    const seen = await person.open(authorizationRequest(cloud, client).url);
    const [form] = formsOf(seen.html);
    if (form === undefined) throw new Error('no form');
    const { calls } = await callsOf('/consent', () => person.submit(seen, form, { decision: 'deny' }));
    expect(Object.keys(calls).filter((name) => /Put|Update|Delete/.test(name))).toEqual([]);
  });

  it('401 at the door: nothing', async () => {
    const { calls } = await callsOf('/mcp', () => callMcp(cloud.mcpUrl, 'garbage'));
    expect(calls).toEqual({});
  });
});
