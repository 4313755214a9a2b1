import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Backend, BackendError } from '../../../lambdas/inspector/backend.ts';
import { newExchange } from '../../../lambdas/inspector/exchange.ts';
import { httpBackend } from '../../../lambdas/inspector/http-backend.ts';
import { KEEP_ALIVE_MS } from '../../../lambdas/inspector/keep-alive.ts';
import {
  AUTHORIZER_CONTEXT,
  call,
  inspectorWith,
  postEvent,
  REMAINING_MS,
} from '../../support/backends/inspector-fixture.ts';

const SSE = { 'Content-Type': 'text/event-stream' };

/** A backend that must not be reached. */
const unreachable: Backend = {
  send: () => {
    throw new Error('the request reached the backend');
  },
};

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const startServer = async (listener: RequestListener, path = '/base'): Promise<{ url: string; backend: Backend }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    url,
    backend: httpBackend(
      url,
      newExchange(() => 0),
    ),
  };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
};

const refusal = async (event: ReturnType<typeof postEvent>) => {
  const { send, logged } = inspectorWith(unreachable);
  const { reply, done } = send(event);
  await done;
  expect(reply.stream.writableFinished).toBe(true);
  return { status: reply.head?.statusCode, headers: reply.head?.headers ?? {}, body: reply.json, logged };
};

describe('The inspector: scopes by body (#121)', () => {
  it('answers 403 with every scope of the operation, in the body too', async () => {
    const { status, headers, body, logged } = await refusal(postEvent(call('danger_reset')));
    expect(status).toBe(403);
    expect(body).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32000,
        message: expect.stringContaining('mcp admin'),
        data: {
          error: 'insufficient_scope',
          scope: 'mcp admin',
          resource_metadata: 'https://door.example/.well-known/oauth-protected-resource/mcp',
          request_id: 'request-1',
          error_description: expect.any(String),
        },
      },
    });
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="mcp admin", ' +
        'resource_metadata="https://door.example/.well-known/oauth-protected-resource/mcp", ' +
        'error_description="This operation needs scopes that the access token does not have."',
    );
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' });
    expect(logged).toEqual([{ event: 'request_refused', fields: expect.objectContaining({ status: 403 }) }]);
  });

  it.each([
    ['a lie in headers', { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'ping' }, 400],
    ['no headers, as older clients', {}, 403],
    [
      'true headers',
      { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'delete_user' },
      403,
    ],
  ])('lets no call of a ruled tool through with %s', async (_, headers, status) => {
    expect((await refusal(postEvent(call('delete_user'), { headers }))).status).toBe(status);
  });

  it('lets a notification call no tool either', async () => {
    const { id: _, ...notification } = call('delete_user');
    expect((await refusal(postEvent(notification))).status).toBe(403);
  });

  it('honours implied scopes, and asks of responses, lists and older handshakes the required ones only', async () => {
    const { backend } = await startServer((_request, response) => response.writeHead(202).end());
    const { send } = inspectorWith(backend);
    const writer = { authorizer: { ...AUTHORIZER_CONTEXT, scopes: 'admin' } };
    const events = [
      postEvent(call('danger_reset'), writer),
      postEvent(call('delete_user'), writer),
      postEvent(call('echo')),
      postEvent({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }),
      postEvent({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      postEvent({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      postEvent({ jsonrpc: '2.0', id: 1, result: { roots: [] } }),
    ];
    for (const event of events) {
      const { reply, done } = send(event);
      await done;
      expect(reply.head?.statusCode).toBe(202);
    }
  });

  it('refuses what did not come through the authorizer, as a fault of ours', async () => {
    for (const authorizer of [null, {}, { ...AUTHORIZER_CONTEXT, scopes: '' }]) {
      const { status, body, logged } = await refusal(postEvent(call('echo'), { authorizer: authorizer as never }));
      expect(status).toBe(500);
      expect(body.error.message).not.toContain('authorizer');
      expect(logged[0]?.fields.detail).toContain("in the authorizer's context");
    }
    expect(
      (await refusal(postEvent(call('echo'), { authorizer: { ...AUTHORIZER_CONTEXT, scopes: '-' } }))).status,
    ).toBe(403);
  });
});

describe('The inspector: what no two parsers read alike', () => {
  it('answers HeaderMismatch with 400 and -32020 (MCP 2026-07-28, Streamable HTTP)', async () => {
    const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': 'delete_user' };
    const { status, body } = await refusal(postEvent(call('echo'), { headers }));
    expect(status).toBe(400);
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 7, error: { code: -32020, data: { header: 'Mcp-Name' } } });
  });

  it.each([
    ['a batch', [call('echo')], 400, -32600],
    [
      'a member twice',
      '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"x"}}',
      400,
      -32700,
    ],
    ['a name but for case', call('echo', { params: { name: 'echo', Name: 'delete_user' } }), 400, -32600],
    ['a byte order mark', `\ufeff${JSON.stringify(call('echo'))}`, 400, -32700],
    ['no JSON', 'tools/call', 400, -32700],
    ['nothing', '', 400, -32700],
  ])('refuses %s', async (_, body, status, code) => {
    const refused = await refusal(postEvent(body));
    expect([refused.status, refused.body.error.code]).toEqual([status, code]);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const rest = { isBase64Encoded: true };
    expect((await refusal(postEvent(bytes.toString('base64'), { rest }))).body.error.code).toBe(-32700);
  });

  it.each([
    ['a content coding', { 'Content-Encoding': 'gzip' }],
    ['a list of codings', { 'Content-Encoding': 'identity, gzip' }],
    ['two codings', { 'Content-Encoding': ['identity', 'br'] }],
    ['another character set', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['another type that names JSON', { 'Content-Type': 'text/plain; application/json' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['two types', { 'Content-Type': ['application/json', 'text/plain'] }],
  ])('refuses %s with 415', async (_, headers) => {
    expect((await refusal(postEvent(call('echo'), { headers }))).status).toBe(415);
  });

  it('#121 RFC 9110 §9.3.5: refuses DELETE with a body, whatever it says and whoever asks', async () => {
    const rest = { httpMethod: 'DELETE' };
    const authorizer = { ...AUTHORIZER_CONTEXT, scopes: 'admin' };
    for (const body of [call('danger_reset'), call('echo'), [call('danger_reset')], ' ', 'no JSON']) {
      const { status, body: answer } = await refusal(postEvent(body, { rest, authorizer }));
      expect([status, answer.error.code]).toEqual([400, -32600]);
    }
  });

  it('takes POST and DELETE only: GET has no body and goes straight to the backend', async () => {
    const { status, headers } = await refusal(postEvent(call('echo'), { rest: { httpMethod: 'GET' } }));
    expect([status, headers.allow]).toEqual([405, 'POST, DELETE']);
  });
});

describe('The inspector in front of an HTTP backend', () => {
  it('passes the request on untouched, with the identity that the authorizer found, and nobody else’s', async () => {
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

  it('passes a DELETE without a body on as it is: it ends a session (MCP Streamable HTTP, "Session Management")', async () => {
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

  it('asks of DELETE the scopes that every request needs', async () => {
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
  ])('appends the path /%s, and lets none climb out', async (proxy, expected) => {
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

  it('gives status, headers, cookies and body of the answer back, and follows no redirect', async () => {
    const { backend } = await startServer((_request, response) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('X-Multi', ['1', '2']);
      response.writeHead(307, { Location: 'http://169.254.169.254/', 'Mcp-Session-Id': 's' }).end('{"moved":true}');
    });
    const { reply, done } = inspectorWith(backend).send(postEvent(call('echo')));
    await done;
    expect(reply.head).toMatchObject({
      statusCode: 307,
      headers: { location: 'http://169.254.169.254/', 'mcp-session-id': 's', 'x-multi': '1, 2' },
      cookies: ['a=1', 'b=2'],
    });
    for (const name of ['connection', 'transfer-encoding', 'content-length', 'keep-alive', 'set-cookie']) {
      expect(reply.head?.headers).not.toHaveProperty([name]);
    }
    expect(reply.text).toBe('{"moved":true}');
  });

  it('leaves compressed answers as they are', async () => {
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

  it('gives an empty 202 its head', async () => {
    const { backend } = await startServer((_request, response) => response.writeHead(202).end());
    const { reply, done } = inspectorWith(backend).send(
      postEvent({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    );
    await done;
    expect([reply.head?.statusCode, reply.text]).toEqual([202, '']);
    expect(reply.stream.writableFinished).toBe(true);
  });

  it('buffers nothing: head, then each event, before the backend goes on', async () => {
    let response: ServerResponse | undefined;
    const asked = Promise.withResolvers<void>();
    const { backend } = await startServer((_request, answer) => {
      response = answer;
      answer.writeHead(200, SSE).flushHeaders();
      asked.resolve();
    });
    const { reply, done } = inspectorWith(backend).send(postEvent(call('echo')));
    await asked.promise;
    await reply.headReceived();
    expect(reply.text).toBe('');
    // Each event is written only after the client has the one before it.
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      response?.write(event);
      await reply.received(event);
    }
    response?.end();
    await done;
    expect(reply.text).toBe('data: 1\n\ndata: 2\n\n');
  });

  it('puts a comment into a silent event stream, between events only', async () => {
    let response: ServerResponse | undefined;
    const { backend } = await startServer((_request, answer) => {
      response = answer;
      answer.writeHead(200, SSE).flushHeaders();
    });
    const { send, time } = inspectorWith(backend);
    const { reply, done } = send(postEvent(call('echo')));
    await reply.headReceived();
    time.elapse(KEEP_ALIVE_MS);
    await reply.received(': keep-alive\n\n');
    response?.write('data: half');
    await reply.received('data: half');
    time.elapse(KEEP_ALIVE_MS);
    response?.write(' and half\n\n');
    await reply.received(' and half\n\n');
    time.elapse(KEEP_ALIVE_MS);
    time.elapse(KEEP_ALIVE_MS);
    response?.end('data: last\n\n');
    await done;
    const comment = ': keep-alive\n\n';
    expect(reply.text).toBe(`${comment}data: half and half\n\n${comment}${comment}data: last\n\n`);
    expect(time.count).toBe(0);
  });

  it('puts nothing into other answers', async () => {
    let response: ServerResponse | undefined;
    const { backend } = await startServer((_request, answer) => {
      response = answer;
      answer.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    });
    const { send, time } = inspectorWith(backend);
    const { reply, done } = send(postEvent(call('echo')));
    await reply.headReceived();
    time.elapse(KEEP_ALIVE_MS);
    response?.end('{}');
    await done;
    expect(reply.text).toBe('{}');
  });

  it.each(['before the answer', 'during the answer'])('ends the call when the client goes %s', async (when) => {
    const asked = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { backend } = await startServer((_request, response) => {
      response.once('close', ended.resolve);
      if (when === 'during the answer') response.writeHead(200, SSE).write('data: 1\n\n');
      asked.resolve();
    });
    const { send, logged, time } = inspectorWith(backend);
    const { reply, done } = send(postEvent(call('echo')));
    await asked.promise;
    if (when === 'during the answer') await reply.received('data: 1');
    reply.stream.destroy();
    await done;
    await ended.promise;
    expect(logged).toEqual([]);
    expect(time.count).toBe(0);
  });

  it('says so when the function’s 15 minutes are over before an answer begins (504)', async () => {
    const asked = Promise.withResolvers<void>();
    const { backend } = await startServer(() => asked.resolve());
    const { send, time, logged } = inspectorWith(backend);
    const { reply, done } = send(postEvent(call('echo')));
    await asked.promise;
    time.elapse(REMAINING_MS - 2_000);
    await done;
    expect([reply.head?.statusCode, reply.json.error.code, reply.json.id]).toEqual([504, -32603, 7]);
    expect(logged).toMatchObject([{ event: 'request_failed', fields: { status: 504 } }]);
  });

  it.each(['the backend breaks off', 'time is up'])(
    'cuts a begun answer when %s, so that it does not look complete',
    async (why) => {
      let response: ServerResponse | undefined;
      const { backend } = await startServer((_request, answer) => {
        response = answer;
        answer.writeHead(200, SSE).write('data: 1\n\n');
      });
      const { send, time, logged } = inspectorWith(backend);
      const { reply, done } = send(postEvent(call('echo')));
      reply.stream.on('error', () => {});
      await reply.received('data: 1');
      if (why === 'time is up') time.elapse(REMAINING_MS - 2_000);
      else response?.destroy();
      await done;
      expect([reply.stream.destroyed, reply.stream.writableFinished]).toEqual([true, false]);
      expect(logged).toMatchObject([{ event: 'request_failed' }]);
    },
  );

  it('answers 502 when the backend cannot be reached, once, and says no more than that', async () => {
    const { backend } = await startServer((request) => request.destroy());
    const { send, logged } = inspectorWith(backend);
    const { reply, done } = send(postEvent(call('echo')));
    await done;
    expect(reply.head?.statusCode).toBe(502);
    expect(reply.json).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32603,
        message: 'The MCP server did not return a valid response.',
        data: { request_id: 'request-1' },
      },
    });
    expect(logged).toHaveLength(1);
  });

  it('answers 503 with Retry-After when the backend is busy, 500 for anything unforeseen', async () => {
    for (const [error, status, retryAfter] of [
      [new BackendError(503, 'busy'), 503, '5'],
      [new TypeError('a secret detail'), 500, undefined],
    ] as const) {
      const { reply, done } = inspectorWith({ send: () => Promise.reject(error) }).send(postEvent(call('echo')));
      await done;
      expect([reply.head?.statusCode, reply.head?.headers['retry-after']]).toEqual([status, retryAfter]);
      expect(reply.text).not.toContain('secret');
    }
  });

  it('uses a connection again when it was idle for a moment only: a call must not be sent twice', async () => {
    const ports: (number | undefined)[] = [];
    const { url } = await startServer((request, response) => {
      ports.push(request.socket.remotePort);
      response.end();
    });
    let now = 100;
    const { send } = inspectorWith(
      httpBackend(
        url,
        newExchange(() => now),
      ),
    );
    for (const seconds of [0, 2, 10]) {
      now += seconds;
      await send(postEvent(call('echo'))).done;
    }
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
  });
});
