import { guardedFetch } from '../../../../lambdas/runtime/adapters/guarded-fetch.ts';
import { startDocumentHost } from '../../../support/backends/document-host.ts';
import { selfSignedCertificate } from '../../../support/backends/self-signed-certificate.ts';
import { JSON_TYPE, MAX_BYTES, opened, serve } from './fixture.ts';

describe('addresses that are never contacted (draft-ietf-oauth-client-id-metadata-document-01 §6.5, #186, #189)', () => {
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
  ])('the literal %s, on the port of the canary', async (literal) => {
    const canary = await serve((_request, response) => response.end());
    const result = await guardedFetch()(`https://${literal}:${canary.port}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, reason: 'local_host' });
    expect(canary.connections()).toBe(0);
  });

  it.each(['localhost', 'a.localhost', 'localhost.', 'jenkins', 'printer.local', 'ip-10-0-0-1.ec2.internal'])(
    '%s is not resolved',
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
  ])('%s breaks a URL rule', async (origin) => {
    const result = await guardedFetch()(`${origin}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'authoritative', reason: 'url' });
  });

  it.each([
    ['a private address', ['10.0.0.1']],
    ['a private address after a public one', ['93.184.215.14', '127.0.0.1']],
    ['a private IPv6 address', ['93.184.215.14', 'fd00::1']],
    ['an IPv4-mapped address', ['::ffff:127.0.0.1']],
    ['text that is not an address', ['93.184.215.14', 'localhost']],
  ])('a name with %s', async (_name, addresses) => {
    const canary = await serve((_request, response) => response.end());
    const fetch = guardedFetch({ resolve: async () => addresses });
    const result = await fetch(`https://client.example.org:${canary.port}/client.json`, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'unreachable', reason: 'special_use_address' });
    expect(canary.connections()).toBe(0);
  });

  it('reports an unknown name', async () => {
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

  it('never reports an address to the log', async () => {
    const fetch = guardedFetch({ resolve: async () => ['10.11.12.13'] });
    expect(JSON.stringify(await fetch('https://client.example.org/c.json', MAX_BYTES))).not.toContain('10.11.12.13');
  });
});

describe('DNS rebinding (#187)', () => {
  it('resolves once, and connects to the checked address under the name', async () => {
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

describe('TLS of the fetched host', () => {
  const NAME = 'client.example.org';
  const resolve = async () => ['127.0.0.1'];
  const serveTls = async (...names: string[]) => {
    const tls = selfSignedCertificate(...names);
    const host = opened(
      await startDocumentHost((_request, response) => response.writeHead(200, JSON_TYPE).end('{}'), tls),
    );
    return { host, ca: tls.cert, url: `https://${NAME}:${host.port}/client.json` };
  };

  it('SNI and Host contain the name', async () => {
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

  it('refuses a certificate of an unknown authority', async () => {
    const { host, url } = await serveTls(NAME);
    const result = await guardedFetch({ resolve, dangerouslyAllowLoopback: true })(url, MAX_BYTES);
    expect(result).toMatchObject({ ok: false, kind: 'unreachable', reason: 'connection' });
    expect(host.hosts).toEqual([]);
  });

  it('refuses loopback without the option of the local run, even with the right certificate', async () => {
    const { host, ca, url } = await serveTls(NAME);
    expect(await guardedFetch({ resolve, ca })(url, MAX_BYTES)).toMatchObject({ reason: 'special_use_address' });
    expect(host.connections()).toBe(0);
  });
});
