import type { ServerResponse } from 'node:http';
import { BackendError } from '../../../lambdas/inspector/backend.ts';
import { newExchange } from '../../../lambdas/inspector/exchange.ts';
import { httpBackend } from '../../../lambdas/inspector/http-backend.ts';
import { KEEP_ALIVE_MS } from '../../../lambdas/inspector/keep-alive.ts';
import { closeServers, SSE, startServer } from '../../support/backends/inspector-backends.ts';
import { call, inspectorWith, postEvent, REMAINING_MS } from '../../support/backends/inspector-fixture.ts';

afterEach(closeServers);

describe('The inspector while a backend answers', () => {
  it('buffers nothing: the head and each event arrive before the backend continues', async () => {
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

  it('inserts a comment into a silent event stream, only between events', async () => {
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

  it('inserts nothing into other responses', async () => {
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

  it.each(['before the answer', 'during the answer'])('ends the call when the client disconnects %s', async (when) => {
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

  it('answers 504 when the function’s 15 minutes end before a response starts', async () => {
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
    'cuts a response that has started when %s, so that it does not look complete',
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

  it('answers 502 without details when the backend cannot be reached, after one attempt', async () => {
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

  it('answers 503 with Retry-After when the backend is busy, and 500 for an unexpected error', async () => {
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

  it('reuses only a connection that was idle briefly, because a call must not be sent twice', async () => {
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
