import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  Client as CurrentClient,
  StreamableHTTPClientTransport as CurrentTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { identityFrom } from '../../lambdas/example-mcp-server/identity.ts';
import {
  installLambdaRuntime,
  invokeStreaming,
  proxyEvent,
  type StreamingHandler,
} from '../support/memory/lambda-runtime.ts';

const AUTHORIZER = {
  principalId: 'subject-1',
  subject: 'subject-1',
  upstreamSubject: '-',
  email: 'ada@example.com',
  name: 'Ada L%C3%B6velace 100%25',
  scopes: 'mcp email',
  clientId: 'client-1',
  identityProvider: 'company',
};
const IDENTITY = {
  subject: 'subject-1',
  email: 'ada@example.com',
  name: 'Ada Lövelace 100%',
  scopes: ['mcp', 'email'],
  clientId: 'client-1',
  identityProvider: 'company',
};
const MCP_URL = new URL('https://gate.example/mcp');

let handler: StreamingHandler;
beforeAll(async () => {
  installLambdaRuntime();
  ({ handler } = (await import('../../lambdas/example-mcp-server/index.ts')) as unknown as {
    handler: StreamingHandler;
  });
});

const throughTheDoor = async (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
  invokeStreaming(handler, await proxyEvent(new Request(input, init), AUTHORIZER));

const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  throughTheDoor(MCP_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(
    call: { name: string; arguments?: Record<string, unknown> },
    ...rest: never[]
  ): Promise<{ content?: unknown }>;
  close(): Promise<void>;
}

const connectCurrent = async () => {
  const client = new CurrentClient({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new CurrentTransport(MCP_URL, { fetch: throughTheDoor }));
  return client;
};
const connectLegacy = async () => {
  const client = new LegacyClient({ name: 'test', version: '1' });
  await client.connect(new LegacyTransport(MCP_URL, { fetch: throughTheDoor }) as never);
  return client;
};
const textOf = (result: { content?: unknown }): string => (result.content as { text: string }[])[0]?.text ?? '';

describe('Example MCP server', () => {
  it('speaks 2026-07-28 with a client that supports it', async () => {
    const client = await connectCurrent();
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
    await client.close();
  });

  it('speaks an older revision with a client that sends initialize', async () => {
    const client = await connectLegacy();
    expect(client.getServerVersion()?.name).toBe('gatehouse-example');
    await client.close();
  });

  describe.each<[string, () => Promise<unknown>]>([
    ['2026-07-28', connectCurrent],
    ['legacy', connectLegacy],
  ])('%s client', (_era, connect) => {
    let client: AnyClient;
    beforeEach(async () => {
      client = (await connect()) as AnyClient;
    });
    afterEach(() => client.close());

    it('lists its tools', async () => {
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name)).toEqual(['whoami', 'echo', 'countdown', 'danger_reset']);
    });

    it('whoami returns the identity that the authorizer verified', async () => {
      expect(JSON.parse(textOf(await client.callTool({ name: 'whoami' })))).toEqual(IDENTITY);
    });

    it('echo returns the text, in any script', async () => {
      const text = 'žluťoučký кон 馬 🐎';
      expect(textOf(await client.callTool({ name: 'echo', arguments: { text } }))).toBe(text);
    });
  });

  it('countdown streams its progress while it runs', async () => {
    const client = await connectCurrent();
    const steps: unknown[] = [];
    const result = await client.callTool(
      { name: 'countdown', arguments: { from: 3, gapMs: 100 } },
      { onprogress: ({ message }) => steps.push(message) },
    );
    expect(textOf(result)).toBe('lift-off');
    expect(steps).toEqual(['3', '2', '1']);

    // The first step comes long before the end, which is never reached.
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const leaving = new AbortController();
    const slow = client.callTool(
      { name: 'countdown', arguments: { from: 20, gapMs: 5000 } },
      { onprogress: () => begin(), signal: leaving.signal },
    );
    await begun;
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'meanwhile' } }))).toBe('meanwhile');
    leaving.abort();
    await expect(slow).rejects.toThrow();
    await client.close();
  });

  it('ends when the client disconnects, which is how 2026-07-28 cancels', async () => {
    const request = { from: 20, gapMs: 5_000 };
    const event = await proxyEvent(
      new Request(MCP_URL, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'countdown', arguments: request, _meta: { progressToken: 1 } },
        }),
      }),
      AUTHORIZER,
    );
    const stream = new PassThrough();
    const finished = handler(event, stream, undefined as never);
    await once(stream, 'data');
    stream.destroy();
    await finished;
  });

  it.each(['GET', 'DELETE'])('%s is 405, because there is no state between requests', async (method) => {
    expect((await throughTheDoor(MCP_URL, { method, headers: { accept: 'text/event-stream' } })).status).toBe(405);
  });

  it('a notification is 202 with an empty body, which still reaches the client', async () => {
    const response = await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['no method', '{"jsonrpc":"2.0","id":1}'],
  ])('a body that is %s is refused with a JSON-RPC error, not a fault', async (_what, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } });
  });

  it('a header that no HTTP client may send is left out, and the request succeeds', async () => {
    const event = await proxyEvent(
      new Request(MCP_URL, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      }),
      AUTHORIZER,
    );
    const multiValueHeaders = { ...event.multiValueHeaders, 'x-odd': ['☂', 'a\u0000b'] };
    expect((await invokeStreaming(handler, { ...event, multiValueHeaders })).status).toBe(200);
  });

  it('a base64 body (API Gateway sends such for binary media types) is read', async () => {
    const event = await proxyEvent(
      new Request(MCP_URL, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      }),
      AUTHORIZER,
    );
    const body = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}').toString('base64');
    expect((await invokeStreaming(handler, { ...event, body, isBase64Encoded: true })).status).toBe(200);
  });
});

describe('identityFrom', () => {
  it('#119 trusts only the authorizer, never x-gatehouse-* headers of the event', async () => {
    const forged = new Request(MCP_URL, { headers: { 'x-gatehouse-subject': 'root', 'X-Gatehouse-Name': 'root' } });
    expect(identityFrom(await proxyEvent(forged, AUTHORIZER))).toEqual(IDENTITY);
  });

  it('a client credentials caller has no identity provider', async () => {
    const machine = {
      ...AUTHORIZER,
      subject: 'machine',
      clientId: 'machine',
      email: '-',
      name: '-',
      identityProvider: '-',
    };
    expect(identityFrom(await proxyEvent(new Request(MCP_URL), machine))).toEqual({
      subject: 'machine',
      clientId: 'machine',
      scopes: ['mcp', 'email'],
    });
  });

  it('refuses an event without an authorizer, with any headers', async () => {
    const forged = await proxyEvent(new Request(MCP_URL, { headers: { 'x-gatehouse-subject': 'root' } }), undefined);
    expect(() => identityFrom(forged)).toThrow('no subject in the authorizer');
    await expect(invokeStreaming(handler, forged)).rejects.toThrow('no subject');
  });
});
