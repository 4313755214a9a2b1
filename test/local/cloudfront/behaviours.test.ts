import type { Origin } from '../../../tools/local/cloud/api-gateway/index.ts';
import { bodyOf, request as plainRequest } from '../template-fixture.ts';

import { answering, names, request, serve } from './serve.ts';

describe('Behaviours', () => {
  it.each([
    ['/mcp', 'mcp.example'],
    ['/mcp/', 'mcp.example'],
    ['/mcp/a/b', 'mcp.example'],
    ['/mcpx', 'api.example'],
    ['/MCP', 'api.example'],
    ['/a/../mcp', 'mcp.example'],
    ['/%6dcp', 'mcp.example'],
    ['/token', 'api.example'],
    ['/', 'api.example'],
  ])('%s goes to %s, under the origin path and as it was sent', async (path, domain) => {
    const { edge, seen } = serve(answering());
    await edge(request('GET', `${path}?a=%20&b`));
    expect(seen[0]).toMatchObject({ domain, request: { path: `/prod${path}`, query: 'a=%20&b' } });
  });

  it('a method that is not allowed is 403 at the edge', async () => {
    const { edge, seen } = serve(answering());
    expect((await edge(request('POST', '/.well-known/x'))).status).toBe(403);
    expect((await edge(request('BREW', '/token'))).status).toBe(403);
    expect(seen).toEqual([]);
  });

  it('a GET with a body is 403 at the edge', async () => {
    const { edge } = serve(answering());
    expect((await edge(request('GET', '/token', { body: 'x' }))).status).toBe(403);
  });
});

describe('What an origin receives', () => {
  it('everything but Host, without hop-by-hop headers', async () => {
    const { edge, seen } = serve(answering());
    await edge(
      request('POST', '/token', {
        headers: [
          ['Authorization', 'Bearer x'],
          ['Cookie', 'a=1'],
          ['X-Custom', '1'],
          ['X-Custom', '2'],
          ['Connection', 'keep-alive'],
          ['Keep-Alive', '5'],
          ['Transfer-Encoding', 'chunked'],
          ['X-Forwarded-Proto', 'http'],
          ['X-Amz-Cf-Forged', 'x'],
          ['X-Forwarded-For', '203.0.113.9'],
        ],
      }),
    );
    const headers = seen[0]?.request.headers ?? [];
    expect(headers).toEqual(
      expect.arrayContaining([
        ['Authorization', 'Bearer x'],
        ['Cookie', 'a=1'],
        ['X-Custom', '1'],
        ['X-Custom', '2'],
        ['Host', 'api.example'],
        ['X-Forwarded-For', '203.0.113.9, 198.51.100.7'],
      ]),
    );
    for (const gone of ['connection', 'keep-alive', 'transfer-encoding', 'x-forwarded-proto', 'x-amz-cf-forged']) {
      expect(names(seen[0]?.request)).not.toContain(gone);
    }
  });

  it('for a cached path: the parts of the cache key, and nothing else from the viewer', async () => {
    const { edge, seen } = serve(answering());
    const headers = [
      ['Origin', 'https://a.example'],
      ['Authorization', 'Bearer x'],
      ['Cookie', 'a=1'],
    ] as const;
    await edge(request('GET', '/.well-known/x?a=1', { headers }));
    expect(names(seen[0]?.request).sort()).toEqual([
      'host',
      'origin',
      'user-agent',
      'via',
      'x-amz-cf-id',
      'x-forwarded-for',
    ]);
    expect(seen[0]?.request.query).toBe('');
  });

  it('the origin’s custom headers, which a viewer cannot overwrite', async () => {
    const { edge, seen } = serve(answering(), {
      origin: { OriginCustomHeaders: [{ HeaderName: 'X-Origin', HeaderValue: 'secret' }] },
    });
    await edge(request('GET', '/token', { headers: [['x-origin', 'forged']] }));
    expect(seen[0]?.request.headers.filter(([name]) => name.toLowerCase() === 'x-origin')).toEqual([
      ['X-Origin', 'secret'],
    ]);
  });
});

describe('Limits and refusals of the edge', () => {
  it.each([
    ['evil.test', 403],
    ['evil.test:4800', 403],
    ['localhost.evil.test:4800', 403],
    ['', 403],
    ['localhost:4800', 200],
    ['LOCALHOST:4800', 200],
    ['127.0.0.1:4800', 200],
    ['[::1]:4800', 200],
  ])('#215 Host "%s" is %d', async (host, status) => {
    const { edge, seen } = serve(answering());
    expect((await edge(plainRequest('GET', '/.well-known/x', { headers: [['Host', host]] }))).status).toBe(status);
    expect(seen).toHaveLength(status === 200 ? 1 : 0);
  });

  it('a URL beyond 8,192 bytes is 414', async () => {
    const { edge } = serve(answering());
    const prefix = 'https://localhost:4800/?';
    expect((await edge(request('GET', `/?${'x'.repeat(8192 - prefix.length)}`))).status).toBe(200);
    expect((await edge(request('GET', `/?${'x'.repeat(8193 - prefix.length)}`))).status).toBe(414);
  });

  it('headers beyond 32,768 bytes are refused', async () => {
    const { edge } = serve(answering());
    expect((await edge(request('GET', '/', { headers: [['x', 'x'.repeat(32_768)]] }))).status).toBe(413);
  });

  it('an origin that does not answer within its response timeout is answered with 504', async () => {
    const { edge } = serve(() => new Promise(() => {}), {
      origin: { CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginReadTimeout: 0.05 } },
    });
    expect((await edge(request('GET', '/'))).status).toBe(504);
  });

  it('a stream that becomes idle is ended', async () => {
    const silent: Origin = async () => ({
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from('first');
        await new Promise(() => {});
      })(),
    });
    const { edge } = serve(silent, {
      origin: { CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginReadTimeout: 0.05 } },
    });
    await expect(bodyOf(await edge(request('GET', '/')))).rejects.toThrow(/idle/);
  });
});
