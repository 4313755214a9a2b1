import { PROVIDER_KINDS } from '../../../tools/local/development-provider/kinds.ts';
import { User } from '../../support/browser/user.ts';
import { readClientSecret } from '../../support/cloud/secrets.ts';
import { type FaultyCloud, startFaultyCloud } from '../../support/faults/faulty-cloud.ts';
import {
  callMcp,
  obtainSession,
  postForm,
  type RegisteredClient,
  refresh,
  registerClient,
  type Session,
} from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';
import {
  startUpstreamProvider,
  type UpstreamBehaviour,
  type UpstreamProvider,
} from '../../support/providers/upstream-provider.ts';

// "recheck" and "keepTokens" over HTTP, with every kind of provider. The test controls two of the providers.

/** Auth0 and Clerk behave as Okta does; all kinds together exceed the environment size of one function. */
const KINDS = Object.keys(PROVIDER_KINDS).filter((kind) => kind !== 'auth0' && kind !== 'clerk');
const RECHECK_SECONDS = 60;
const LIMIT_SECONDS = 240;
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

let cloud: FaultyCloud;
let oidc: UpstreamProvider;
let github: UpstreamProvider;
let resourceClient: RegisteredClient;
const removed = new Set<string>();
const behaviour: Mutable<UpstreamBehaviour> = { isRemoved: (login) => removed.has(login) };
let log = '';
/** Everything that MCP clients and their users received. */
const answers: string[] = [];

beforeAll(async () => {
  const port = await freePortPair();
  const oidcPort = await freePortPair();
  const githubPort = oidcPort + 1;
  oidc = await startUpstreamProvider('oidc', { port: oidcPort, cloudPort: port, behaviour });
  github = await startUpstreamProvider('github', { port: githubPort, cloudPort: port, behaviour, kind: 'github' });
  const recheck = Object.fromEntries(KINDS.map((kind) => [kind, { recheck: true }]));
  cloud = await startFaultyCloud({
    port,
    args: ['--providers', KINDS.join(',')],
    config: {
      servers: { '/mcp': { resourceClient: true, identity: ['email', 'profile'] } },
      identityProviders: {
        ...recheck,
        oidc: { kind: 'oidc', issuer: oidc.issuer, recheck: true, keepTokens: true },
        github: { kind: 'github', issuer: github.issuer, recheck: true },
      },
      lifetimes: { recheckSeconds: RECHECK_SECONDS, recheckOutageSeconds: LIMIT_SECONDS },
    },
  });
  await oidc.storeCredentials(cloud);
  await github.storeCredentials(cloud);
  resourceClient = { client_id: 'resource-mcp', client_secret: await readClientSecret(cloud.output(), 'resource-mcp') };
}, 90_000);
afterAll(async () => {
  await cloud?.stop();
  await Promise.all([oidc?.close(), github?.close()]);
});

/** Moves the clock of the token endpoint. */
const clock = (offsetSeconds: number): void => cloud.setClock(offsetSeconds, 'Token');

const eventsSoFar = (): string => {
  log += cloud.takeLog();
  return log;
};

const logIn = async (provider: string, login: string): Promise<Session> => {
  clock(0);
  const user = new User(cloud, login, [oidc.origin, github.origin]);
  const session = await obtainSession(cloud, { user, provider });
  answers.push(JSON.stringify(session), decoded(session.accessToken));
  return session;
};

const decoded = (jwt: string): string => Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString();

const refreshed = async ({ client, refreshToken }: Session) => {
  const answer = await refresh(cloud, client, refreshToken);
  answers.push(JSON.stringify(answer.body), decoded(String(answer.body.access_token ?? '')));
  return answer;
};

const refreshesAt = (provider: UpstreamProvider): number =>
  provider.requests.filter((request) => request.startsWith('POST') && request.endsWith('/token')).length;

const exchange = (subjectToken: string, parameters: Readonly<Record<string, string>> = {}, client = resourceClient) =>
  postForm(`${cloud.origin}/token`, {
    grant_type: TOKEN_EXCHANGE,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
    client_id: client.client_id,
    client_secret: client.client_secret,
    ...parameters,
  });

describe('"recheck": the provider is asked at a refresh (#88)', () => {
  it.each(KINDS)('#168 %s confirms the user again once its last answer is too old', async (kind) => {
    const session = await logIn(kind, `ada.${kind}`);
    eventsSoFar();
    log = '';
    clock(RECHECK_SECONDS + 5);
    const answer = await refreshed(session);
    expect(answer.status).toBe(200);
    expect(JSON.parse(decoded(answer.body.access_token))).toMatchObject({
      email: `ada.${kind}@example.com`,
      idp: kind,
    });
    expect(eventsSoFar()).toMatch(/"upstream_rechecked".*"outcome":"confirmed"/);
  });

  it.each(['oidc', 'github'])('%s: a user removed at the provider loses access for good', async (kind) => {
    const session = await logIn(kind, `eve.${kind}`);
    removed.add(`eve.${kind}`);
    clock(RECHECK_SECONDS + 5);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await refreshed(session);
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_grant']);
    }
    removed.clear();
    expect((await refreshed(session)).body.error).toBe('invalid_grant');
    expect(eventsSoFar()).toMatch(/"access_ended".*"provider_refused"/);
  });

  it('during an outage refreshes work up to the limit, then get 503, and the same token works afterwards', async () => {
    const session = await logIn('oidc', 'grace');
    behaviour.isDown = true;
    clock(RECHECK_SECONDS + 5);
    const meanwhile = await refreshed(session);
    expect(meanwhile.status).toBe(200);
    const current = { ...session, refreshToken: meanwhile.body.refresh_token };
    clock(LIMIT_SECONDS + 5);
    const answer = await refreshed(current);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    behaviour.isDown = false;
    clock(LIMIT_SECONDS + 50);
    expect((await refreshed(current)).status).toBe(200);
  });

  it('#90 20 parallel refreshes send each of the one-time upstream tokens to the provider once', async () => {
    const session = await logIn('oidc', 'hedy');
    let { refreshToken } = session;
    for (const round of [1, 2, 3]) {
      clock(round * (RECHECK_SECONDS + 5));
      const before = refreshesAt(oidc);
      const crowd = await Promise.all(Array.from({ length: 20 }, () => refreshed({ ...session, refreshToken })));
      expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]));
      expect(refreshesAt(oidc) - before).toBe(1);
      refreshToken = crowd[0]?.body.refresh_token;
    }
  });
});

describe('"keepTokens": an MCP server exchanges its callers’ tokens (RFC 8693)', () => {
  it('the metadata advertises the token exchange', async () => {
    const metadata = await (await fetch(`${cloud.origin}/.well-known/oauth-authorization-server`)).json();
    expect(metadata).toMatchObject({ grant_types_supported: expect.arrayContaining([TOKEN_EXCHANGE]) });
  });

  it('the exchange yields an upstream token of the same user', async () => {
    const session = await logIn('oidc', 'joan');
    const { status, body, headers } = await exchange(session.accessToken);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'issued_token_type', 'token_type']);
    const userinfo = await fetch(`${oidc.issuer}/me`, { headers: { authorization: `Bearer ${body.access_token}` } });
    expect(await userinfo.json()).toMatchObject({ sub: 'joan' });
  });

  it('parallel exchanges refresh the upstream token once', async () => {
    behaviour.accessTokenSeconds = 60;
    const session = await logIn('oidc', 'katherine');
    behaviour.accessTokenSeconds = 3600;
    clock(90);
    const before = refreshesAt(oidc);
    const crowd = await Promise.all(Array.from({ length: 20 }, () => exchange(session.accessToken)));
    expect(crowd.map(({ status, body }) => [status, body.error])).toEqual(crowd.map(() => [200, undefined]));
    expect(new Set(crowd.map(({ body }) => body.access_token)).size).toBe(1);
    expect(refreshesAt(oidc) - before).toBe(1);
  });

  it('the exchange is refused without kept tokens, after a revocation, and for any other client', async () => {
    const elsewhere = await logIn('okta', 'mary');
    expect((await exchange(elsewhere.accessToken)).body.error).toBe('invalid_target');

    const client = await registerClient(cloud, {
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code', 'refresh_token', TOKEN_EXCHANGE],
    });
    const session = await logIn('oidc', 'mary');
    expect((await exchange(session.accessToken, {}, client)).body.error).toBe('unauthorized_client');
    expect((await exchange(session.accessToken, {}, session.client)).body.error).toBe('unauthorized_client');

    await postForm(`${cloud.origin}/revoke`, { token: session.refreshToken, client_id: session.client.client_id });
    expect((await exchange(session.accessToken)).body.error).toBe('invalid_request');
  });
});

describe('Upstream tokens', () => {
  const leaksIn = (text: string): string[] =>
    [...oidc.handedOut, ...github.handedOut].filter((token) => text.includes(token));

  it('#169, #170 appear in no response to an MCP client, no claim, no row and no log line', async () => {
    const session = await logIn('oidc', 'radia');
    const { accessToken, client } = session;
    const userinfo = await fetch(`${cloud.origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
    const introspection = await postForm(`${cloud.origin}/introspect`, {
      token: accessToken,
      client_id: resourceClient.client_id,
      client_secret: resourceClient.client_secret,
    });
    const told = await callMcp(cloud.mcpUrl, accessToken);
    answers.push(JSON.stringify(client), await userinfo.text(), JSON.stringify([introspection.body, told.body]));

    const rows = await Promise.all(
      cloud.tables.map((TableName) => cloud.asOperator('dynamodb', 'Scan', { TableName })),
    );
    const sealed = JSON.stringify(rows).match(/"encryptedDataKey"/g) ?? [];
    expect(sealed.length).toBeGreaterThan(KINDS.length);
    expect([oidc.handedOut.length, github.handedOut.length].every((count) => count > 1)).toBe(true);

    expect(leaksIn(answers.join('\n'))).toEqual([]);
    expect(leaksIn(JSON.stringify(rows))).toEqual([]);
    expect(leaksIn(eventsSoFar() + cloud.output())).toEqual([]);
    // The search itself works: it finds a token that is there.
    expect(leaksIn(JSON.stringify((await exchange(accessToken)).body))).toHaveLength(1);
  });
});
