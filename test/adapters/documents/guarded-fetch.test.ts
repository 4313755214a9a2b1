import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type GuardedFetchOptions, guardedFetch } from '../../../lambdas/runtime/adapters/guarded-fetch.ts';
import { type DocumentHost, startDocumentHost, startRawHost } from '../../support/backends/document-host.ts';
import { selfSignedCertificate } from '../../support/backends/self-signed-certificate.ts';

const MAX_BYTES = 5 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

const open: { close: () => Promise<void> }[] = [];
const opened = <T extends { close: () => Promise<void> }>(host: T): T => {
  open.push(host);
  return host;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((host) => host.close()));
});

const serve = async (listener: RequestListener): Promise<DocumentHost> => opened(await startDocumentHost(listener));
const get = (host: { port: number }, options: GuardedFetchOptions = {}, path = '/client.json') =>
  guardedFetch({ dangerouslyAllowLoopback: true, ...options })(`http://127.0.0.1:${host.port}${path}`, MAX_BYTES);

describe('addresses that are never connected to (CIMD draft-01 §6.5, #186, #189)', () => {
  it.each([
    '127.0.0.1',
    '[::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '169.254.170.2',
    '0.0.0.0',
    '[::]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[::ffff:7f00:1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
  ])('%s as literal, on the port of the canary', async (literal) => {
    const canary = await serve((_request, response) => response.end());
    const result = await guardedFetch()(`https://${literal}:${canary.port}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, reason: 'local_host' });
    expect(canary.connections()).toBe(0);
  });

  it.each(['localhost', 'a.localhost', 'localhost.', 'jenkins', 'printer.local', 'ip-10-0-0-1.ec2.internal'])(
    '%s is not even resolved',
    async (name) => {
      const asked: string[] = [];
      const resolve = async (hostname: string) => {
        asked.push(hostname);
        return ['93.184.215.14'];
      };
      const result = await guardedFetch({ resolve })(`https://${name}/client.json`, MAX_BYTES);
      expect(result).toMatchObject({ ok: false, kind: 'authoritative', reason: 'local_host' });
      expect(asked).toEqual([]);
    },
  );

  it.each([
    'https://0x7f.1',
    'https://2130706433',
    'https://0177.0.0.1',
    'http://127.0.0.1',
    'ftp://127.0.0.1',
    'https://u@127.0.0.1',
  ])('%s breaks a rule of URLs', async (origin) => {
    const result = await guardedFetch()(`${origin}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'authoritative', reason: 'url' });
  });

  it.each([
    ['a private address', ['10.0.0.1']],
    ['one private address behind a public one', ['93.184.215.14', '127.0.0.1']],
    ['one private IPv6 address', ['93.184.215.14', 'fd00::1']],
    ['an IPv4-mapped one', ['::ffff:127.0.0.1']],
    ['something that is no address', ['93.184.215.14', 'localhost']],
  ])('a name with %s', async (_name, addresses) => {
    const canary = await serve((_request, response) => response.end());
    const fetch = guardedFetch({ resolve: async () => addresses });
    const result = await fetch(`https://client.example.org:${canary.port}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'unreachable', reason: 'special_use_address' });
    expect(canary.connections()).toBe(0);
  });

  it('an unknown name', async () => {
    const fetch = guardedFetch({
      resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    expect(await fetch('https://client.example.org/client.json', MAX_BYTES)).toEqual({
      ok: false,
      kind: 'unreachable',
      reason: 'name_not_found',
      detail: 'ENOTFOUND',
    });
    const silent = guardedFetch({ resolve: async () => [] });
    expect(await silent('https://client.example.org/c.json', MAX_BYTES)).toMatchObject({ reason: 'name_not_found' });
  });

  it('the log never learns an address', async () => {
    const fetch = guardedFetch({ resolve: async () => ['10.11.12.13'] });
    expect(JSON.stringify(await fetch('https://client.example.org/c.json', MAX_BYTES))).not.toContain('10.11.12.13');
  });
});

describe('DNS rebinding (#187)', () => {
  it('resolves once, and connects to the address that was checked, under the name', async () => {
    const host = await serve((_request, response) => response.writeHead(200, JSON_TYPE).end('{"a":1}'));
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['10.0.0.1']];
    const asked: string[] = [];
    const fetch = guardedFetch({
      dangerouslyAllowLoopback: true,
      resolve: async (hostname) => {
        asked.push(hostname);
        return answers.shift() ?? [];
      },
    });
    const result = await fetch(`http://localhost:${host.port}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: true, text: '{"a":1}' });
    expect(asked).toEqual(['localhost']);
    expect(host.hosts).toEqual([`localhost:${host.port}`]);
  });

  it('a name whose next answer would be the canary never reaches it', async () => {
    const canary = await serve((_request, response) => response.end());
    const answers = [['192.0.2.1'], ['127.0.0.1']];
    const fetch = guardedFetch({ resolve: async () => answers.shift() ?? [] });
    expect(await fetch(`https://client.example.org:${canary.port}/c.json`, MAX_BYTES)).toMatchObject({ ok: false });
    expect(canary.connections()).toBe(0);
  });
});

describe('TLS', () => {
  const NAME = 'client.example.org';
  const resolve = async () => ['127.0.0.1'];
  const serveTls = async (...names: string[]) => {
    const tls = selfSignedCertificate(...names);
    const host = opened(
      await startDocumentHost((_request, response) => response.writeHead(200, JSON_TYPE).end('{}'), tls),
    );
    return { host, ca: tls.cert, url: `https://${NAME}:${host.port}/client.json` };
  };

  it('SNI and Host are those of the name', async () => {
    const { host, ca, url } = await serveTls(NAME);
    const result = await guardedFetch({ resolve, ca, dangerouslyAllowLoopback: true })(url, MAX_BYTES);
    expect(result).toMatchObject({ ok: true });
    expect(host.hosts).toEqual([`${NAME}:${host.port}`]);
  });

  it('refuses the certificate of another name', async () => {
    const { host, ca, url } = await serveTls('other.example.org');
    const result = await guardedFetch({ resolve, ca, dangerouslyAllowLoopback: true })(url, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'unreachable', detail: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(host.hosts).toEqual([]);
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const { host, url } = await serveTls(NAME);
    const result = await guardedFetch({ resolve, dangerouslyAllowLoopback: true })(url, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'unreachable', reason: 'connection' });
    expect(host.hosts).toEqual([]);
  });

  it('without the option of the local run, not even with the right certificate', async () => {
    const { host, ca, url } = await serveTls(NAME);
    expect(await guardedFetch({ resolve, ca })(url, MAX_BYTES)).toMatchObject({ reason: 'special_use_address' });
    expect(host.connections()).toBe(0);
  });
});

describe('answers (draft-ietf-oauth-client-id-metadata-document-01 §4, #192, #194)', () => {
  it('asks by GET, for JSON, uncompressed, and sends nothing else of ours', async () => {
    let asked: unknown;
    const host = await serve((request, response) => {
      asked = { method: request.method, url: request.url, headers: request.headers };
      response.writeHead(200, { ...JSON_TYPE, 'cache-control': 'max-age=60', age: '5' }).end('{"a":"ä"}');
    });
    expect(await get(host, {}, '/client.json?v=2')).toMatchObject({
      ok: true,
      text: '{"a":"ä"}',
      headers: { cacheControl: 'max-age=60', age: '5', date: expect.any(String) },
    });
    expect(asked).toEqual({
      method: 'GET',
      url: '/client.json?v=2',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'gatehouse',
        host: `127.0.0.1:${host.port}`,
        connection: 'close',
      },
    });
  });

  it.each([
    [201, 'authoritative', 'status'],
    [202, 'authoritative', 'status'],
    [204, 'authoritative', 'status'],
    [206, 'authoritative', 'status'],
    [301, 'authoritative', 'redirect'],
    [302, 'authoritative', 'redirect'],
    [304, 'authoritative', 'redirect'],
    [308, 'authoritative', 'redirect'],
    [400, 'authoritative', 'status'],
    [401, 'authoritative', 'status'],
    [404, 'authoritative', 'gone'],
    [410, 'authoritative', 'gone'],
    [403, 'unreachable', 'busy_or_barred'],
    [429, 'unreachable', 'busy_or_barred'],
    [500, 'unreachable', 'busy_or_barred'],
    [503, 'unreachable', 'busy_or_barred'],
  ])('%i is %s: %s', async (status, kind, reason) => {
    const host = await serve((_request, response) => response.writeHead(status, JSON_TYPE).end('{}'));
    expect(await get(host)).toEqual({ ok: false, kind, reason, detail: `status ${status}` });
  });

  it('#188: a redirect is not followed', async () => {
    const canary = await serve((_request, response) => response.writeHead(200, JSON_TYPE).end('{}'));
    const host = await serve((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${canary.port}/latest/meta-data/` }).end(),
    );
    expect(await get(host)).toMatchObject({ ok: false, reason: 'redirect' });
    expect(canary.connections()).toBe(0);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/cimd+json',
    'application/jwk-set+json',
    'application/x+json',
  ])('takes %s', async (type) => {
    const host = await serve((_request, response) => response.writeHead(200, { 'content-type': type }).end('{}'));
    expect(await get(host)).toMatchObject({ ok: true });
  });

  it.each([
    'text/html',
    'text/json',
    'text/plain',
    'application/jsonp',
    'application/x-json',
    'application/+json',
    'application/javascript',
    'text/html, application/json',
    '',
  ])('refuses %j', async (type) => {
    const host = await serve((_request, response) =>
      response.writeHead(200, type ? { 'content-type': type } : {}).end('{}'),
    );
    expect(await get(host)).toMatchObject({ ok: false, kind: 'authoritative', reason: 'content_type' });
  });

  it('refuses what is not UTF-8', async () => {
    const host = await serve((_request, response) =>
      response.writeHead(200, JSON_TYPE).end(Buffer.from([0x22, 0xff, 0x22])),
    );
    expect(await get(host)).toMatchObject({ ok: false, kind: 'authoritative', reason: 'not_utf8' });
  });
});

describe('limits (§6.6, #193)', () => {
  it('takes 5 KB and not one byte more', async () => {
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

  it('never unpacks a bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, 0x20));
    for (const encoding of ['gzip', 'br', 'deflate', 'gzip, gzip', 'x-gzip']) {
      const host = await serve((_request, response) =>
        response.writeHead(200, { ...JSON_TYPE, 'content-encoding': encoding }).end(bomb),
      );
      expect(await get(host)).toMatchObject({ ok: false, kind: 'authoritative', reason: 'content_encoding' });
    }
  });

  it('a drip does not outlive the total time', async () => {
    let drip: NodeJS.Timeout | undefined;
    const host = await serve((_request, response) => {
      response.writeHead(200, JSON_TYPE);
      drip = setInterval(() => response.write(' '), 20);
    });
    const startedAt = performance.now();
    expect(await get(host, { timeoutMs: 150 })).toMatchObject({ ok: false, kind: 'unreachable', reason: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(1000);
    clearInterval(drip);
  });

  it('neither does a host that says nothing, nor a resolver that does not answer', async () => {
    const host = await serve(() => undefined);
    expect(await get(host, { timeoutMs: 100 })).toMatchObject({ reason: 'timeout' });
    expect(await get(host, { timeoutMs: 100, resolve: () => new Promise(() => undefined) })).toMatchObject({
      reason: 'timeout',
    });
  });

  it.each([
    ['a body that is cut off', 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{}'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['nothing', ''],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'x-pad: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(2000)}\r\n`],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}',
    ],
  ])('%s is a failure of the host', async (_name, bytes) => {
    const host = opened(await startRawHost(bytes));
    expect(await get(host, { timeoutMs: 2000 })).toMatchObject({
      ok: false,
      kind: 'unreachable',
      reason: 'connection',
    });
  });

  it('nobody listens', async () => {
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
