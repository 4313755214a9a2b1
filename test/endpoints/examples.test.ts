import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { installLambdaRuntime, invokeStreaming, proxyEvent } from '../support/memory/lambda-runtime.ts';

// The functions in examples/, with the SDK client and the events that API Gateway sends.

beforeAll(installLambdaRuntime);

const load = async (name: string) => (await import(`../../examples/${name}.mjs`)).handler;

/** Calls a function as a buffered integration does. */
const invokeBuffered = async (
  handler: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>,
  event: APIGatewayProxyEvent,
): Promise<Response> => {
  const { statusCode, headers, body } = await handler(event);
  return new Response(body === '' ? null : body, { status: statusCode, headers: headers as Record<string, string> });
};

const connectTo = async (name: string, invoke: typeof invokeBuffered | typeof invokeStreaming): Promise<Client> => {
  const handler = await load(name);
  const client = new Client({ name: 'examples', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL('https://gate.example/mcp'), {
    fetch: async (url, init) => invoke(handler, await proxyEvent(new Request(url, init), { subject: 'subject-1' })),
  });
  await client.connect(transport as never);
  return client;
};

describe('The example functions', () => {
  it('lambda-buffered.mjs answers with the identity that Gatehouse verified', async () => {
    const client = await connectTo('lambda-buffered', invokeBuffered);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['greet']);
    const { content } = await client.callTool({ name: 'greet' });
    expect(content).toEqual([{ type: 'text', text: 'Hello, subject-1' }]);
    await client.close();
  });

  it('lambda-streaming.mjs sends progress while it works', async () => {
    const client = await connectTo('lambda-streaming', invokeStreaming);
    const seen: number[] = [];
    const { content } = await client.callTool({ name: 'count' }, undefined, {
      onprogress: ({ progress }) => void seen.push(progress),
    });
    expect([seen, content]).toEqual([[1, 2, 3], [{ type: 'text', text: 'one, two, three' }]]);
    await client.close();
  });

  it.each(['lambda-buffered', 'lambda-streaming'])('%s.mjs refuses GET and accepts notifications', async (name) => {
    const invoke = name === 'lambda-buffered' ? invokeBuffered : invokeStreaming;
    const handler = await load(name);
    const send = async (init: RequestInit) =>
      invoke(handler, await proxyEvent(new Request('https://gate.example/mcp', init), { subject: 's' }));
    expect((await send({ method: 'GET' })).status).toBe(405);
    const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    expect((await send({ method: 'POST', body })).status).toBe(202);
  });
});
