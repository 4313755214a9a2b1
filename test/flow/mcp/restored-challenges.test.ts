import { startBackend } from '../../support/backends/mcp-backend.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import { callMcp, obtainSession, postForm, registerClient } from '../../support/http/oauth-requests.ts';

// A31: with "restoreChallenges", the challenges of functions and MCP servers arrive under their own name.

let challenge = '';
let backend: Awaited<ReturnType<typeof startBackend>>;
let cloud: LocalCloud;
beforeAll(async () => {
  backend = await startBackend((_request, response) =>
    response.writeHead(403, { 'www-authenticate': challenge, 'content-type': 'application/json' }).end('{}'),
  );
  cloud = await startLocalCloud({
    config: {
      restoreChallenges: true,
      servers: { '/plain': { backend: { kind: 'http', url: backend.url }, scopes: { required: ['mcp'] } } },
    },
  });
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await backend?.close();
});

describe('A31: challenges at the edge', () => {
  it('a request of an older revision without the scope of its tool gets 403 with the challenge that names it', async () => {
    const { accessToken } = await obtainSession(cloud, { parameters: { scope: 'mcp' } });
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'danger_reset', arguments: {} } };
    const { status, headers } = await callMcp(cloud.mcpUrl, accessToken, call);
    expect(status).toBe(403);
    expect(bearerChallenge(headers)).toMatchObject({
      error: 'insufficient_scope',
      scope: 'mcp mcp:write',
      resource_metadata: `${cloud.origin}/.well-known/oauth-protected-resource/mcp`,
    });
  });

  it('RFC 6749 §5.2: a 401 of /token after Basic has its challenge', async () => {
    const client = await registerClient(cloud, { token_endpoint_auth_method: 'client_secret_basic' });
    const { status, headers } = await postForm(
      `${cloud.origin}/token`,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { authorization: `Basic ${Buffer.from(`${client.client_id}:wrong`).toString('base64')}` },
    );
    expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Basic /)]);
  });

  it('the challenge of a server arrives, unless it names the metadata of another authorization server', async () => {
    const { accessToken } = await obtainSession(cloud, { parameters: { resource: `${cloud.origin}/plain` } });
    const answerTo = async (sent: string) => {
      challenge = sent;
      return (await callMcp(`${cloud.origin}/plain`, accessToken)).headers;
    };
    expect(bearerChallenge(await answerTo('Bearer error="insufficient_scope", scope="mcp:write"'))).toEqual({
      error: 'insufficient_scope',
      scope: 'mcp:write',
    });
    const foreign = await answerTo('Bearer resource_metadata="https://elsewhere.example/metadata"');
    expect(JSON.stringify([...foreign])).not.toContain('elsewhere.example');
  });
});
