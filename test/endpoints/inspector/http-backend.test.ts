import type { IncomingMessage, RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { bodyOf, closeServers, refusal, SSE, startServer } from '../../support/backends/inspector-backends.ts';
import { AUTHORIZER_CONTEXT, call, inspectorWith, postEvent } from '../../support/backends/inspector-fixture.ts';

afterEach(closeServers);

describe('The inspector in front of an HTTP backend', () => {
  it('passes the request on unchanged, with only the identity that the authorizer verified', async () => {
    let seen: { url: string; headers: IncomingMessage['headersDistinct']; body: string } | undefined;
    const { url, backend } = await startServer(async (request, response) => {
      seen = { url: request.url ?? '', headers: request.headersDistinct, body: await bodyOf(request) };
      response.writeHead(202).end();
    });
    const body = `  ${JSON.stringify(call('echo'))}\n`;
    const { send } = inspectorWith(backend);
    const { done } = send(
      postEvent(body, {
        headers: {
          Authorization: 'Bearer token',
          Host: 'door.example',
          Connection: 'keep-alive, X-Hop',
          'X-Hop': '1',
          'Transfer-Encoding': 'chunked',
          'Content-Length': '5',
          'Mcp-Session-Id': 'session',
          'Mcp-Param-Region': ['eu', 'us'],
          'Accept-Encoding': 'br',
          'X-Gatehouse-Subject': 'forged',
          'x-gatehouse-groups': 'forged',
          X_Gatehouse_Email: 'forged',
          'x.gatehouse.scopes': 'forged',
        },
        rest: { multiValueQueryStringParameters: { q: ['a b', 'c&d'] } },
      }),
    );
    await done;
    expect(seen?.body).toBe(body);
    expect(seen?.url).toBe('/base?q=a+b&q=c%26d');
    expect(seen?.headers).toEqual({
      accept: ['application/json, text/event-stream'],
      'accept-encoding': ['br'],
      authorization: ['Bearer token'],
      connection: ['keep-alive'],
      'content-length': [String(Buffer.byteLength(body))],
      'content-type': ['application/json'],
      host: [new URL(url).host],
      'mcp-param-region': ['eu', 'us'],
      'mcp-session-id': ['session'],
      'x-gatehouse-client-id': ['client-1'],
      'x-gatehouse-email': ['ada@example.com'],
      'x-gatehouse-identity-provider': ['company'],
      'x-gatehouse-name': ['Ada%20L'],
      'x-gatehouse-scopes': ['mcp'],
      'x-gatehouse-subject': ['subject-1'],
      'x-gatehouse-upstream-subject': ['-'],
    });
  });

  it('passes a DELETE without a body on, which ends a session (MCP Streamable HTTP)', async () => {
    let seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'> | undefined;
    const { backend } = await startServer((request, response) => {
      seen = request;
      response.writeHead(204).end();
    });
    const { send } = inspectorWith(backend);
    for (const body of [null, '']) {
      const rest = { httpMethod: 'DELETE', body };
      const { reply, done } = send(postEvent('', { headers: { 'Mcp-Session-Id': 'session' }, rest }));
      await done;
      expect([reply.head?.statusCode, reply.text]).toEqual([204, '']);
      expect(seen).toMatchObject({ method: 'DELETE', url: '/base', headers: { 'mcp-session-id': 'session' } });
      expect(seen?.headers).toMatchObject({ 'x-gatehouse-subject': 'subject-1' });
      for (const name of ['content-length', 'transfer-encoding']) expect(seen?.headers).not.toHaveProperty([name]);
    }
  });

  it('A18: passes HEAD on without a body, and refuses one with a body', async () => {
    const methods: (string | undefined)[] = [];
    const { backend } = await startServer(({ method }, response) => {
      methods.push(method);
      response.writeHead(200).end();
    });
    const { send } = inspectorWith(backend);
    for (const [body, status] of [
      [null, 200],
      ['{}', 400],
    ] as const) {
      const { reply, done } = send(postEvent('', { rest: { httpMethod: 'HEAD', body } }));
      await done;
      expect(reply.head?.statusCode).toBe(status);
    }
    expect(methods).toEqual(['HEAD']);
  });

  it('requires the required scopes for DELETE', async () => {
    const authorizer = { ...AUTHORIZER_CONTEXT, scopes: '-' };
    const { status } = await refusal(postEvent('', { rest: { httpMethod: 'DELETE', body: null }, authorizer }));
    expect(status).toBe(403);
  });

  it.each([
    ['messages', '/base/messages'],
    ['a/b c', '/base/a/b%20c'],
    ['a%20b', '/base/a%20b'],
    ['..', undefined],
    ['a/%2e%2E/b', undefined],
    ['a%2f..%2fb', undefined],
    ['a\\..\\b', undefined],
    ['%', undefined],
  ])('appends the path /%s, and refuses paths that climb out', async (proxy, expected) => {
    let url: string | undefined;
    const { backend } = await startServer((request, response) => {
      url = request.url;
      response.end();
    }, '/base/');
    const { reply, done } = inspectorWith(backend).send(
      postEvent(call('echo'), { rest: { pathParameters: { proxy } } }),
    );
    await done;
    expect([reply.head?.statusCode, url]).toEqual(expected === undefined ? [404, undefined] : [200, expected]);
  });

  it.each(['flag', 'flag=', ';b=c', "q='a'&%41=%7e+%20&&a", 'a=1&b=2&a=3', '?'])(
    'A36 (RFC 3986 §3.4): passes the query %j byte for byte',
    async (query) => {
      const urls: (string | undefined)[] = [];
      const listener: RequestListener = (request, response) => {
        urls.push(request.url);
        response.end();
      };
      const headers = { 'x-gatehouse-query': query };
      for (const path of ['/base', '/base?key=v']) {
        const { backend } = await startServer(listener, path);
        await inspectorWith(backend).send(postEvent(call('echo'), { headers })).done;
      }
      expect(urls).toEqual([`/base?${query}`, `/base?key=v&${query}`]);
    },
  );

  it('returns status, headers, cookies and body of the response', async () => {
    const { backend } = await startServer((_request, response) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('X-Multi', ['1', '2']);
      response.writeHead(201, { Location: 'http://169.254.169.254/', 'Mcp-Session-Id': 's' }).end('{"moved":true}');
    });
    const { reply, done } = inspectorWith(backend).send(postEvent(call('echo')));
    await done;
    expect(reply.head).toMatchObject({
      statusCode: 201,
      headers: { location: 'http://169.254.169.254/', 'mcp-session-id': 's', 'x-multi': '1, 2' },
      cookies: ['a=1', 'b=2'],
    });
    for (const name of ['connection', 'transfer-encoding', 'content-length', 'keep-alive', 'set-cookie']) {
      expect(reply.head?.headers).not.toHaveProperty([name]);
    }
    expect(reply.text).toBe('{"moved":true}');
  });

  it('does not change compressed responses', async () => {
    const packed = gzipSync('data: x\n\n');
    const { backend } = await startServer((_request, response) => {
      response.writeHead(200, { ...SSE, 'Content-Encoding': 'gzip' }).end(packed);
    });
    const { send, time } = inspectorWith(backend);
    const { reply, done } = send(postEvent(call('echo')));
    await reply.headReceived();
    expect(time.count).toBe(1); // the deadline; nothing would be put into this stream
    await done;
    expect(Buffer.from(reply.chunks.join(''), 'utf8').length).toBeGreaterThan(0);
    expect(reply.head?.headers['content-encoding']).toBe('gzip');
  });

  it('sends the head of an empty 202', async () => {
    const { backend } = await startServer((_request, response) => response.writeHead(202).end());
    const { reply, done } = inspectorWith(backend).send(
      postEvent({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    );
    await done;
    expect([reply.head?.statusCode, reply.text]).toEqual([202, '']);
    expect(reply.stream.writableFinished).toBe(true);
  });
});
