import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LOOPBACK_HOSTS_VARIABLE } from '../../../tools/trial-deployment/loopback-hosts.ts';
import { type DocumentHost, startDocumentHost } from '../../support/backends/document-host.ts';
import { startBackend, statelessServer } from '../../support/backends/mcp-backend.ts';
import { selfSignedCertificate } from '../../support/backends/self-signed-certificate.ts';
import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import { rawRequest } from '../../support/http/raw-request.ts';

// An MCP server of one's own on this machine, and a tunnel that gives it a public name. The tunnel is a TLS proxy here:
// it sends a Host of its own, as some do.

const NAME = 'gatehouse.test';
const PUBLIC_URL = `https://${NAME}`;
const ROOT = join(import.meta.dirname, '../../..');

const tunnelTo = (port: number, tls: { readonly key: string; readonly cert: string }): Promise<DocumentHost> =>
  startDocumentHost((incoming, outgoing) => {
    const headers = { ...incoming.headers, host: 'inside.example:8080', 'x-forwarded-host': 'evil.test' };
    const forwarded = request({ port, host: '127.0.0.1', method: incoming.method, path: incoming.url, headers });
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }, tls);

describe('A public URL in front of a server of one’s own', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startBackend>>;
  let cloud: LocalCloud;
  let tunnel: DocumentHost;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-public-'));
    const certificate = selfSignedCertificate(NAME);
    await writeFile(join(folder, 'ca.pem'), certificate.cert);
    server = await startBackend(statelessServer());
    cloud = await startLocalCloud({
      args: ['--backend', server.url, '--public-url', PUBLIC_URL, '--allow-anyone-on-the-internet'],
    });
    tunnel = await tunnelTo(cloud.port, certificate);
  }, 60_000);
  afterAll(async () => {
    await tunnel?.close();
    await cloud?.stop();
    await server?.close();
    await rm(folder, { recursive: true });
  });

  it('is all that a client sees, from the first 401 to the tool’s answer (RFC 8414 §3.3, RFC 9207 §2.4)', async () => {
    expect(cloud.mcpUrl).toBe(`${PUBLIC_URL}/mcp`);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--no-warnings',
        '--import=./tools/trial-deployment/loopback-hosts.ts',
        'test/support/client-programs/outside-client.ts',
        ...[cloud.mcpUrl, 'test_simple_text', String(cloud.port + 1)],
      ],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
          [LOOPBACK_HOSTS_VARIABLE]: JSON.stringify({ [NAME]: tunnel.port }),
        },
      },
    );
    expect(JSON.parse(stdout)).toEqual({
      origins: [PUBLIC_URL],
      iss: PUBLIC_URL,
      claims: { iss: PUBLIC_URL, aud: `${PUBLIC_URL}/mcp` },
      result: expect.objectContaining({
        content: [{ type: 'text', text: 'This is a simple text response for testing.' }],
      }),
    });
  }, 60_000);

  it.each(['gatehouse.test', 'evil.test', 'localhost:4800', '192.0.2.7:8080'])(
    'is the issuer when the Host is %s',
    async (host) => {
      const headers = ['host', host, 'x-forwarded-host', 'evil.test', 'x-forwarded-proto', 'http'];
      const { status, body } = await rawRequest(`${cloud.origin}/.well-known/oauth-authorization-server`, { headers });
      expect([status, JSON.parse(body).issuer]).toEqual([200, PUBLIC_URL]);
      const refused = await rawRequest(`${cloud.origin}/mcp`, { method: 'POST', headers });
      expect(refused.headers['www-authenticate']).toContain(
        `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"`,
      );
    },
  );

  it('lets no client name a document on this machine (#186)', async () => {
    const host = await startDocumentHost((_, response) => void response.end('{}'));
    const query = new URLSearchParams({
      client_id: `http://localhost:${host.port}/client.json`,
      response_type: 'code',
    });
    const { status } = await rawRequest(`${cloud.origin}/authorize?${query}`);
    expect([status, host.connections()]).toEqual([400, 0]);
    await host.close();
  });

  it('shows the address for the tunnel, and that only browsers of this machine can log in', () => {
    expect(cloud.output()).toContain(`Listens on     http://localhost:${cloud.port} `);
    expect(cloud.output()).toContain('Use a browser on this machine');
  });
});

describe('Without a public URL', () => {
  it('another Host is refused, so that no foreign name can lead a browser here (DNS rebinding)', async () => {
    const { status } = await rawRequest(`${sharedCloud().origin}/health`, { headers: ['host', 'evil.test'] });
    expect(status).toBe(403);
  });
});
