import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { startBackend, statefulServer } from '../../support/backends/mcp-backend.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { callMcp, obtainSession } from '../../support/http/oauth-requests.ts';

let stateful: Awaited<ReturnType<typeof startBackend>>;
const { listener, sessions } = statefulServer();
let cloud: LocalCloud;

const urlOf = (door: string): string => `${cloud.origin}/${door}`;
const tokenFor = async (door: string): Promise<string> =>
  (await obtainSession(cloud, { parameters: { resource: urlOf(door), scope: 'mcp' } })).accessToken;

beforeAll(async () => {
  stateful = await startBackend(listener);
  const backend = { kind: 'http', url: stateful.url };
  cloud = await startLocalCloud({
    config: {
      servers: {
        '/sessions': { backend, scopes: { required: ['mcp'] } },
        '/ruled/sessions': { backend, scopes: { required: ['mcp'], tools: { 'delete_*': ['mcp:write'] } } },
      },
    },
  });
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await stateful?.close();
});

describe.each(['sessions', 'ruled/sessions'])('A stateful server of an older revision, /%s', (door) => {
  it('keeps its session through POST, the stream of GET, and DELETE', async () => {
    const requestInit = { headers: { authorization: `Bearer ${await tokenFor(door)}` } };
    const transport = new StreamableHTTPClientTransport(new URL(urlOf(door)), { requestInit });
    const client = new Client({ name: 'older', version: '1' });
    const announced = new Promise<unknown>((resolve) =>
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => resolve(params.data)),
    );
    await client.connect(transport as never);
    const sessionId = transport.sessionId ?? '';
    expect(sessions.has(sessionId)).toBe(true);

    const count = async (by: number) => (await client.callTool({ name: 'count', arguments: { by } })).content;
    expect(await count(2)).toEqual([{ type: 'text', text: '2' }]);
    expect(await count(3)).toEqual([{ type: 'text', text: '5' }]);
    await client.callTool({ name: 'announce' });
    expect(await announced).toBe('announced');

    await transport.terminateSession();
    expect(sessions.has(sessionId)).toBe(false);
    const gone = await callMcp(urlOf(door), await tokenFor(door), undefined, { 'mcp-session-id': sessionId });
    expect(gone.status).toBe(404);
    await client.close();
  });
});
