import { header, lambdaProxy, type MethodFixture, request } from '../template-fixture.ts';

import { serve } from './serve.ts';

describe('Response streaming', () => {
  const streamed: MethodFixture = {
    integration: lambdaProxy('Backend', { ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 }),
  };

  it('delivers status and headers before the body is complete', async () => {
    const { promise: rest, resolve: finish } = Promise.withResolvers<void>();
    const { api } = serve(
      { 'GET /a': streamed },
      {
        stream: () => ({
          metadata: { statusCode: 201, headers: { 'content-type': 'text/event-stream', Date: 'd' }, cookies: ['c=1'] },
          body: (async function* () {
            yield Buffer.from('first');
            await rest;
            yield Buffer.from('last');
          })(),
        }),
      },
    );
    const response = await api(request('GET', '/prod/a'));
    expect(response.status).toBe(201);
    expect(header(response, 'set-cookie')).toBe('c=1');
    expect(header(response, 'x-amzn-remapped-date')).toBe('d');
    const iterator = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('first');
    finish();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('last');
    expect((await iterator.next()).done).toBe(true);
  });

  it('tells the function that the client has disconnected', async () => {
    const gone = new AbortController();
    let seen: AbortSignal | undefined;
    const { api } = serve(
      { 'GET /a': streamed },
      {
        stream: (_event, signal) => {
          seen = signal;
          return { metadata: {}, body: (async function* () {})() };
        },
      },
    );
    await api(request('GET', '/prod/a', { signal: gone.signal }));
    expect(seen?.aborted).toBe(false);
    gone.abort();
    expect(seen?.aborted).toBe(true);
  });

  it('a function that fails before its first byte is 502', async () => {
    const { api } = serve(
      { 'GET /a': streamed },
      {
        stream: () => {
          throw new Error('boom');
        },
      },
    );
    expect((await api(request('GET', '/prod/a'))).status).toBe(502);
  });
});
