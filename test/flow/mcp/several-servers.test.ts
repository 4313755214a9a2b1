import { type EchoBackend, type EchoedRequest, startEchoBackend } from '../../support/backends/echo-backend.ts';
import { User } from '../../support/browser/user.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { partsOf } from '../../support/credentials/forged-token.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import {
  authorizationRequest,
  callMcp,
  identityIn,
  obtainSession,
  refresh,
  registerClient,
  type Session,
} from '../../support/http/oauth-requests.ts';
import { freePortPair } from '../../support/memory/ports.ts';
import { startUpstreamProvider, type UpstreamProvider } from '../../support/providers/upstream-provider.ts';

// Two MCP servers (the example on Lambda, and an HTTP backend that needs the user's identity), and two
// identity providers: the development provider, and one in this test whose client secret we know.

let backend: EchoBackend;
let upstream: UpstreamProvider;
let cloud: LocalCloud;
let toolsUrl: string;
let mcp: Session;
let tools: Session;
beforeAll(async () => {
  backend = await startEchoBackend();
  const [port, upstreamPort] = [await freePortPair(), await freePortPair()];
  upstream = await startUpstreamProvider('other', { port: upstreamPort, cloudPort: port });
  cloud = await startLocalCloud({
    port,
    config: {
      identityProviders: { other: { kind: 'oidc', issuer: upstream.issuer, displayName: 'Other login' } },
      servers: {
        '/tools': {
          backend: { kind: 'http', url: backend.url },
          scopes: { required: ['mcp', 'tools'] },
          identity: ['email', 'profile'],
        },
      },
      scopes: { tools: { description: 'Use the other tools' } },
    },
  });
  toolsUrl = `${cloud.origin}/tools`;
  const user = new User(cloud, 'hedy');
  const parameters = { resource: toolsUrl, scope: undefined };
  mcp = await obtainSession(cloud, { user, provider: 'company', parameters: { resource: `${cloud.origin}/mcp` } });
  tools = await obtainSession(cloud, { user, provider: 'company', parameters });
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await upstream?.close();
  await backend?.close();
});

const FORGED = {
  'x-gatehouse-subject': 'root',
  'X-Gatehouse-Upstream-Subject': 'root',
  'X-GATEHOUSE-EMAIL': 'root@example.com',
  'x-gatehouse-name': 'Root',
  'x-gatehouse-scopes': 'everything',
  'x-gatehouse-client-id': 'root',
  'x-gatehouse-identity-provider': 'root',
  'x-gatehouse-viewer': '192.0.2.1',
  'x-gatehouse-origin': 'root',
  'x-gatehouse-something-new': 'root',
  // Servers that turn headers into CGI variables read them this way (RFC 3875 §4.1.18).
  x_gatehouse_subject: 'root',
  'X-Gatehouse_Scopes': 'everything',
  'x.gatehouse.email': 'root@example.com',
};

describe('Several MCP servers in one deployment', () => {
  it.each(['mcp', 'tools'])('RFC 9728: /%s has metadata of its own', async (name) => {
    const metadata = await (await fetch(`${cloud.origin}/.well-known/oauth-protected-resource/${name}`)).json();
    expect(metadata).toMatchObject({ resource: `${cloud.origin}/${name}`, authorization_servers: [cloud.origin] });
  });

  it('RFC 9728 §3.3: the root has no metadata, because it could describe only one of them', async () => {
    expect((await fetch(`${cloud.origin}/.well-known/oauth-protected-resource`)).status).toBe(404);
  });

  it('each 401 names the metadata and the scopes of its own server', async () => {
    const [one, other] = [await callMcp(`${cloud.origin}/mcp`, undefined), await callMcp(toolsUrl, undefined)];
    expect(bearerChallenge(one.headers)).toMatchObject({
      resource_metadata: `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
    });
    const challenge = bearerChallenge(other.headers);
    expect(challenge.resource_metadata).toBe(`${cloud.origin}/.well-known/oauth-protected-resource/tools`);
    expect(challenge.scope?.split(' ').sort()).toEqual(['email', 'mcp', 'profile', 'tools']);
  });

  it('#99 a genuine token for one server gets 401 at the other', async () => {
    expect((await callMcp(`${cloud.origin}/mcp`, mcp.accessToken)).status).toBe(200);
    expect((await callMcp(toolsUrl, tools.accessToken)).status).toBe(200);
    const swapped = await callMcp(toolsUrl, mcp.accessToken);
    expect(swapped.status).toBe(401);
    expect(bearerChallenge(swapped.headers).resource_metadata).toContain('/tools');
    expect((await callMcp(`${cloud.origin}/mcp`, tools.accessToken)).status).toBe(401);
  });

  it('#70 a refresh cannot change the audience', async () => {
    const refused = await refresh(cloud, mcp.client, mcp.refreshToken, { resource: toolsUrl });
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target']);
  });
});

describe('RFC 6750 §3.1: a token that lacks a scope', () => {
  it('is 403 insufficient_scope with every scope that the server needs', async () => {
    const session = await obtainSession(cloud, {
      user: new User(cloud, 'narrow'),
      provider: 'company',
      parameters: { resource: toolsUrl },
    });
    const narrowed = await refresh(cloud, session.client, session.refreshToken, { scope: 'mcp' });
    expect([narrowed.status, narrowed.body.scope]).toEqual([200, 'mcp']);
    const answer = await callMcp(toolsUrl, narrowed.body.access_token);
    expect(answer.status).toBe(403);
    const challenge = bearerChallenge(answer.headers);
    expect(challenge).toMatchObject({
      error: 'insufficient_scope',
      resource_metadata: `${cloud.origin}/.well-known/oauth-protected-resource/tools`,
      error_description: expect.any(String),
    });
    expect(challenge.scope?.split(' ').sort()).toEqual(['email', 'mcp', 'profile', 'tools']);
    // For clients that show the body instead of reading the challenge.
    expect(answer.body).toMatchObject({ error: 'insufficient_scope', scope: challenge.scope });
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('www-authenticate');
    expect((await callMcp(toolsUrl, session.accessToken)).status).toBe(200);
  });
});

describe('Several identity providers', () => {
  const other = () => new User(cloud, 'joan', [upstream.origin]);

  it('a provider without credentials leads to an error page, and the others still work', async () => {
    const client = await registerClient(cloud, { client_name: 'Early' });
    const seen = await other().signIn(authorizationRequest(cloud, client).url, { provider: 'other' });
    expect(seen.left).toBeUndefined();
    expect(seen.status).toBe(503);
    expect(seen.html).toMatch(/<h1\b/);
  });

  it('the consent page has a button for each provider, and the login uses the chosen one', async () => {
    await upstream.storeCredentials(cloud);
    const parameters = { resource: `${cloud.origin}/mcp` };
    const session = await obtainSession(cloud, { user: other(), provider: 'other', parameters });
    const identity = identityIn(await callMcp(`${cloud.origin}/mcp`, session.accessToken));
    expect(identity.identityProvider).toBe('other');
    expect(identity.subject).not.toBe(partsOf(mcp.accessToken).claims.sub);
  });

  it('#100 genuine tokens of the provider, issued to our own client there, get 401 at every server', async () => {
    const tokens = await upstream.tokensFor(other());
    for (const token of [tokens.id_token, tokens.access_token]) {
      expect(token).toEqual(expect.any(String));
      for (const url of [`${cloud.origin}/mcp`, toolsUrl]) {
        const answer = await callMcp(url, token);
        expect(answer.status).toBe(401);
        expect(bearerChallenge(answer.headers)).toHaveProperty('resource_metadata');
      }
    }
  });
});

describe('What a backend learns about the caller', () => {
  const atBackend = async (headers: Record<string, string>, session = tools): Promise<EchoedRequest> => {
    const answer = await callMcp(`${toolsUrl}/deeper?x=1`, session.accessToken, { any: 'body' }, headers);
    expect(answer.status).toBe(200);
    return answer.body as EchoedRequest;
  };
  const gatehouseHeaders = (echoed: EchoedRequest): Record<string, unknown> =>
    Object.fromEntries(Object.entries(echoed.headers).filter(([name]) => name.startsWith('x-gatehouse-')));

  it('HTTP: the identity in X-Gatehouse-* headers, and the request unchanged', async () => {
    const echoed = await atBackend({ 'mcp-session-id': 's-1', 'last-event-id': '7', 'mcp-param-x': 'y' });
    expect(echoed).toMatchObject({ method: 'POST', body: '{"any":"body"}' });
    expect(echoed.url).toMatch(/^\/backend\/deeper\?x=1$/);
    expect(echoed.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-06-18',
      'mcp-session-id': 's-1',
      'last-event-id': '7',
      'mcp-param-x': 'y',
      'x-gatehouse-email': 'hedy@example.com',
      'x-gatehouse-client-id': tools.client.client_id,
      'x-gatehouse-subject': partsOf(tools.accessToken).claims.sub,
    });
    expect(String(echoed.headers['x-gatehouse-scopes']).split(' ').sort()).toEqual([
      'email',
      'mcp',
      'profile',
      'tools',
    ]);
  });

  it('#119 HTTP: forged x-gatehouse-* headers have no effect', async () => {
    const honest = gatehouseHeaders(await atBackend({}));
    const forged = await atBackend(FORGED);
    expect(gatehouseHeaders(forged)).toEqual(honest);
    expect(forged.rawHeaders.filter((value) => Object.values(FORGED).includes(value))).toEqual([]);
    const names = forged.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names.filter((name) => name.startsWith('x-gatehouse-')).sort()).toEqual(Object.keys(honest).sort());
  });

  it("#118 HTTP: the firewall's secret, which CloudFront sends along, does not reach a backend", async () => {
    const { headers } = await atBackend({});
    expect(headers['x-gatehouse-origin']).toBe('-');
    expect(headers['x-gatehouse-viewer']).toMatch(/^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/);
  });

  it('#119 Lambda: forged x-gatehouse-* headers have no effect', async () => {
    const honest = identityIn(await callMcp(`${cloud.origin}/mcp`, mcp.accessToken));
    const forged = identityIn(await callMcp(`${cloud.origin}/mcp`, mcp.accessToken, undefined, FORGED));
    expect(forged).toEqual(honest);
    expect(honest).toMatchObject({ subject: partsOf(mcp.accessToken).claims.sub, clientId: mcp.client.client_id });
  });

  it('without a token the request does not reach the backend', async () => {
    const before = backend.requests.length;
    await callMcp(toolsUrl, undefined, undefined, FORGED);
    await callMcp(toolsUrl, mcp.accessToken, undefined, FORGED);
    expect(backend.requests.length).toBe(before);
  });
});
