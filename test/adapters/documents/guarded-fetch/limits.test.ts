import { gzipSync } from 'node:zlib';
import { startDocumentHost, startRawHost } from '../../../support/backends/document-host.ts';
import { get, JSON_TYPE, MAX_BYTES, opened, serve } from './fixture.ts';

describe('limits (§6.6, #193)', () => {
  it('takes 5 KB, but not one byte more', async () => {
    for (const [size, ok] of [
      [MAX_BYTES, true],
      [MAX_BYTES + 1, false],
    ] as const) {
      const host = await serve((_request, response) => response.writeHead(200, JSON_TYPE).end('x'.repeat(size)));
      expect(await get(host)).toMatchObject(ok ? { ok } : { ok, kind: 'authoritative', reason: 'too_large' });
    }
  });

  it('stops reading an endless body', async () => {
    let written = 0;
    const ended = Promise.withResolvers<void>();
    const host = await serve((_request, response) => {
      response.writeHead(200, JSON_TYPE);
      response.on('close', ended.resolve);
      const write = (): void => {
        if (response.destroyed) return;
        written += 1024;
        response.write('x'.repeat(1024), () => setImmediate(write));
      };
      write();
    });
    expect(await get(host)).toMatchObject({ ok: false, reason: 'too_large' });
    await ended.promise;
    expect(written).toBeLessThan(4 * 1024 * 1024);
  });

  it('never unpacks a compressed body', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, 0x20));
    for (const encoding of ['gzip', 'br', 'deflate', 'gzip, gzip', 'x-gzip']) {
      const host = await serve((_request, response) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(bomb),
      );
      expect(await get(host)).toMatchObject({ ok: false, kind: 'authoritative', reason: 'content_encoding' });
    }
  });

  it('a drip of bytes does not extend the total time', async () => {
    let drip: NodeJS.Timeout | undefined;
    const host = await serve((_request, response) => {
      response.writeHead(200, JSON_TYPE);
      drip = setInterval(() => response.write(' '), 20);
    });
    expect(await get(host, { timeoutMs: 150 })).toMatchObject({ ok: false, kind: 'unreachable', reason: 'timeout' });
    clearInterval(drip);
  });

  it('a silent host or resolver does not extend the total time either', async () => {
    const host = await serve(() => undefined);
    expect(await get(host, { timeoutMs: 100 })).toMatchObject({ reason: 'timeout' });
    expect(await get(host, { timeoutMs: 100, resolve: () => new Promise(() => undefined) })).toMatchObject({
      reason: 'timeout',
    });
  });

  it.each([
    ['a truncated body', 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{}'],
    ['a protocol other than HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['no response', ''],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'x-pad: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}\r\n`],
    [
      'two Content-Length headers',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    ],
  ])('reports %s as a failure of the connection', async (_name, bytes) => {
    const host = opened(await startRawHost(bytes));
    expect(await get(host, { timeoutMs: 2000 })).toMatchObject({
      ok: false,
      kind: 'unreachable',
      reason: 'connection',
    });
  });

  it('reports a port that refuses connections', async () => {
    const host = await startDocumentHost((_request, response) => response.end());
    await host.close();
    expect(await get(host)).toMatchObject({
      ok: false,
      kind: 'unreachable',
      reason: 'connection',
      detail: 'ECONNREFUSED',
    });
  });
});
