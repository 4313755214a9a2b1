import { runInNewContext } from 'node:vm';
import { MAX_WELL_KNOWN_BYTES } from '../../../lib/config/well-known.ts';
import { viewerRequestCode } from '../../../lib/edge/viewer-request.ts';

describe('What the edge accepts from a caller', () => {
  type Fields = Record<string, { value: string }>;
  type Request = { method?: string; uri: string; headers: Fields; cookies?: Fields };
  const SERVERS = [
    { path: '/mcp', needsRawQuery: false },
    { path: '/closed', needsRawQuery: false, allowedOrigins: ['https://app.example', 'vscode-webview://abc'] },
  ];
  const handle = (request: Request): Request =>
    runInNewContext(`${viewerRequestCode(SERVERS)}; handler(event)`, {
      event: { request: { cookies: {}, ...request, rawQueryString: () => undefined }, viewer: { ip: '203.0.113.7' } },
    });

  it.each<[string, string, object | undefined, number | undefined]>([
    ['an allowed page', '/closed', { value: 'https://app.example' }, undefined],
    ['an allowed extension', '/closed/x', { value: 'vscode-webview://abc' }, undefined],
    ['no page', '/closed', undefined, undefined],
    ['another page', '/closed', { value: 'https://evil.example' }, 403],
    ['another page, with a slash', '/closed/', { value: 'https://evil.example' }, 403],
    ['another page, below the path', '/closed/x', { value: 'https://evil.example' }, 403],
    ['another scheme', '/closed', { value: 'http://app.example' }, 403],
    ['another port', '/closed', { value: 'https://app.example:8443' }, 403],
    ['a longer name', '/closed', { value: 'https://app.example.evil.example' }, 403],
    ['an opaque origin', '/closed', { value: 'null' }, 403],
    ['an empty origin', '/closed', { value: '' }, 403],
    [
      'two origins',
      '/closed',
      {
        value: 'https://app.example',
        multiValue: [{ value: 'https://app.example' }, { value: 'https://evil.example' }],
      },
      403,
    ],
    ['any page, where every origin is allowed', '/mcp', { value: 'https://evil.example' }, undefined],
    ['any page, at the authorization server', '/token', { value: 'https://evil.example' }, undefined],
  ])('A32 (MCP, Streamable HTTP): a request of %s to %s', (_, uri, origin, statusCode) => {
    for (const method of ['POST', 'GET', 'DELETE', 'OPTIONS']) {
      const headers = (origin === undefined ? {} : { origin }) as Request['headers'];
      expect(handle({ method, uri, headers })).toMatchObject(
        statusCode === undefined ? { headers } : { statusCode, body: expect.stringContaining('"jsonrpc":"2.0"') },
      );
    }
  });

  it.each([
    'Forwarded',
    'X-Forwarded-User',
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Forwarded-Preferred-Username',
    'X-Forwarded-Access-Token',
    'X-Forwarded-Host',
    'X-Forwarded-For',
    'X-Forwarded-Client-Cert',
    'x_forwarded_user',
    'X.Forwarded~Host',
    'X-Original-URL',
    'X-Rewrite-URL',
    'Remote-User',
    'REMOTE_USER',
    'X-Remote-User',
    'X-Remote-Group',
    'X-Auth-Request-Email',
    'X-authentik-username',
    'X-Pomerium-Claim-Email',
    'X-WebAuth-User',
    'X-Consumer-Username',
    'X-Goog-Authenticated-User-Email',
    'X-MS-CLIENT-PRINCIPAL-NAME',
    'Cf-Access-Authenticated-User-Email',
    'CF-Connecting-IP',
    'True-Client-IP',
    'X-Client-IP',
    'Tailscale-User-Login',
    'SSL_CLIENT_S_DN',
    'X-SSL-Client-Verify',
    'OIDC_CLAIM_sub',
    'Impersonate-User',
  ])('A37: drops %s of the caller, which looks like the word of a proxy', (name) => {
    for (const uri of ['/mcp', '/token']) {
      expect(handle({ uri, headers: { [name]: { value: 'forged' } } }).headers).toEqual({
        'x-gatehouse-viewer': { value: '203.0.113.7' },
      });
    }
  });

  it.each([
    'authorization',
    'accept',
    'origin',
    'referer',
    'user-agent',
    'mcp-session-id',
    'mcp-param-user',
    'last-event-id',
    'traceparent',
    'x-api-key',
    'x-request-id',
    'x-user-id',
    'x-forward',
    'x-custom',
    'cookie-policy',
  ])('A37: passes %s', (name) => {
    expect(handle({ uri: '/mcp', headers: { [name]: { value: 'own' } } }).headers[name]).toEqual({ value: 'own' });
  });

  it('has at most the 10 KB that CloudFront accepts, for all that the schema takes', () => {
    const origins = Array.from({ length: 60 }, (_, index) => `https://app-${index}.example.com`.padEnd(50, 'x'));
    const servers = Array.from({ length: 7 }, (_, index) => ({
      path: `/${'p'.repeat(60)}-${index}`,
      needsRawQuery: true,
      allowedOrigins: origins.slice(index * 8, index * 8 + (index === 6 ? 12 : 8)),
    }));
    const documents = { '/.well-known/security.txt': 'x'.repeat(MAX_WELL_KNOWN_BYTES) };
    expect(Buffer.byteLength(viewerRequestCode(servers, documents))).toBeLessThan(10_240);
  });

  it('A8: keeps the cookies of the authorization server from MCP servers', () => {
    const cookies = { '__Host-gatehouse-session': { value: 'x' }, other: { value: 'y' } };
    expect(handle({ uri: '/mcp', headers: {}, cookies: { ...cookies } }).cookies).toEqual({ other: { value: 'y' } });
    expect(handle({ uri: '/connections', headers: {}, cookies: { ...cookies } }).cookies).toEqual(cookies);
  });
});
