import { Readable } from 'node:stream';
import { requestLimit } from '../../../lambdas/core/net/rate-limit-window.ts';
import { RateLimiter } from '../../../lambdas/runtime/services/rate-limiter.ts';
import { AUTHORIZER_CONTEXT, call, inspectorWith, postEvent } from '../../support/backends/inspector-fixture.ts';
import { memoryLog } from '../../support/http/post-form.ts';
import { MemoryCounterStore } from '../../support/memory/memory-stores.ts';

const PER_MINUTE = 3;
const NOW = 1_800_000_010;

const start = (serverPath = '/mcp', counters = new MemoryCounterStore()) => {
  const clock = { now: NOW };
  const { log, events } = memoryLog();
  let sent = 0;
  const limiter = new RateLimiter({ limit: requestLimit(PER_MINUTE), counters, log, random: () => 0 });
  const { send, logged } = inspectorWith(
    {
      send: async () => {
        sent += 1;
        return { status: 200, headers: new Map(), body: Readable.from(['ok']) };
      },
    },
    { requests: { perMinute: PER_MINUTE, serverPath, limiter }, now: () => clock.now },
  );
  const ask = async (
    authorizer: Record<string, string> = AUTHORIZER_CONTEXT,
    body: unknown = call('read_it'),
    headers: Record<string, string> = { 'MCP-Protocol-Version': '2026-07-28' },
  ) => {
    const { reply, done } = send(postEvent(body, { authorizer, headers }));
    await done;
    return reply;
  };
  const statuses = async (count: number, authorizer?: Record<string, string>) => {
    const seen: (number | undefined)[] = [];
    for (let index = 0; index < count; index += 1) seen.push((await ask(authorizer)).head?.statusCode);
    return seen;
  };
  /** Sends a request that ends a session. */
  const end = async () => {
    const { reply, done } = send(postEvent('', { rest: { httpMethod: 'DELETE', body: null } }));
    await done;
    return reply.head?.statusCode;
  };
  return { ask, end, statuses, clock, counters, events, logged, sent: () => sent };
};

describe('Requests per minute', () => {
  it('beyond the limit are 429 (RFC 6585 §4) with Retry-After, a JSON-RPC error with the id, and CORS', async () => {
    const { ask, statuses, sent, events } = start();
    expect(await statuses(3)).toEqual([200, 200, 200]);
    const reply = await ask();
    expect(reply.head).toMatchObject({
      statusCode: 429,
      headers: {
        'retry-after': '50',
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': expect.stringContaining('Retry-After'),
      },
    });
    expect(reply.json).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32000,
        message: 'The limit of 3 requests per minute was exceeded. Try again in 50 seconds.',
        data: { error: 'too_many_requests', retry_after: 50, request_id: 'request-1' },
      },
    });
    expect(sent()).toBe(3);
    expect(events).toEqual([
      { event: 'limit_hit', fields: { requestId: 'request-1', clientId: 'client-1', limit: 'requests' } },
    ]);
  });

  it('A31: beyond the limit do not end the session of a client before 2026-07-28', async () => {
    const { ask, statuses, end, sent } = start();
    await statuses(3);
    const request = await ask(undefined, undefined, {});
    expect(request.head?.statusCode).toBe(200);
    expect(request.json).toMatchObject({ id: 7, error: { data: { error: 'too_many_requests', retry_after: 50 } } });
    for (const body of [
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } },
      // The id is that of a request of the server, which the client must not see as its own.
      { jsonrpc: '2.0', id: 7, result: {} },
    ]) {
      const other = await ask(undefined, body, {});
      expect([other.head?.statusCode, other.text]).toEqual([202, '']);
    }
    expect(await end()).toBe(429);
    expect(sent()).toBe(3);
  });

  it('start again with the next minute', async () => {
    const { statuses, clock } = start();
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
    clock.now += 49;
    expect(await statuses(1)).toEqual([429]);
    clock.now += 1;
    expect(await statuses(1)).toEqual([200]);
  });

  it('are counted separately for each user, client and server', async () => {
    const { statuses, counters } = start();
    await statuses(4);
    expect(await statuses(1, { ...AUTHORIZER_CONTEXT, subject: 'subject-2' })).toEqual([200]);
    expect(await statuses(1, { ...AUTHORIZER_CONTEXT, clientId: 'client-2' })).toEqual([200]);
    expect(await start('/other', counters).statuses(1)).toEqual([200]);
    expect(counters.counts.size).toBe(4);
  });

  it('are counted for both POST and DELETE', async () => {
    const { statuses, end } = start();
    expect([await end(), await end()]).toEqual([200, 200]);
    expect(await statuses(2)).toEqual([200, 429]);
    expect(await end()).toBe(429);
  });

  it('are counted across all execution environments', async () => {
    const { statuses, counters } = start();
    await statuses(2);
    expect(await start('/mcp', counters).statuses(2)).toEqual([200, 429]);
    expect(await statuses(1)).toEqual([429]);
  });

  it('cost no write once the limit is exceeded, or for a request that is refused anyway', async () => {
    const { statuses, ask, counters } = start();
    await statuses(10);
    expect(counters.writes).toBe(4);
    expect((await ask({ ...AUTHORIZER_CONTEXT, subject: 'other' }, [call('a'), call('b')])).head?.statusCode).toBe(400);
    expect(counters.writes).toBe(4);
  });

  it('are not limited while they cannot be counted, which is logged', async () => {
    const { statuses, counters, events } = start();
    counters.failing = true;
    expect(await statuses(10)).toEqual(Array(10).fill(200));
    expect(events.map(({ event }) => event)).toEqual(Array(10).fill('limit_unknown'));
  });
});
