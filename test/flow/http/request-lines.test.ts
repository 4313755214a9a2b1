import { AUTHORIZATION_SERVER_ROUTES } from '../../../lib/functions/endpoints/index.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';
import type { RawAnswer } from '../../support/http/raw-request.ts';
import { rawExchange, requestHead } from '../../support/http/raw-socket.ts';

// Methods, targets and paths that no client library would send.

const cloud = sharedCloud();
const HOST = `host: ${new URL(cloud.origin).host}`;
const CLOSE = 'connection: close';
const FORM = 'content-type: application/x-www-form-urlencoded';
const METADATA = '/.well-known/oauth-authorization-server';

const send = async (line: string, headers: readonly string[] = [], body = ''): Promise<RawAnswer[]> =>
  rawExchange(cloud.origin, `${requestHead(line, [HOST, CLOSE, ...headers])}${body}`);

const post = (path: string, body: string, headers: readonly string[] = [FORM]): Promise<RawAnswer[]> =>
  send(`POST ${path} HTTP/1.1`, [...headers, `content-length: ${Buffer.byteLength(body)}`], body);

/** Expects that some layer refused the request or closed the connection without a response. */
const expectRefused = (answers: readonly RawAnswer[]): void => {
  expect(answers.length).toBeLessThanOrEqual(1);
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toMatch(/\bat .*\.(ts|mjs|js):|arn:aws|access_token/);
  }
};

describe('Request lines (RFC 9112 §3)', () => {
  it.each([
    'GET http://evil.test/.well-known/oauth-authorization-server HTTP/1.1',
    'GET https://evil.test:443/.well-known/oauth-authorization-server HTTP/1.1',
    'GET //evil.test/.well-known/oauth-authorization-server HTTP/1.1',
    `GET ${METADATA}#evil HTTP/1.1`,
    `GET ${METADATA}?Host=evil.test HTTP/1.1`,
    `GET ${METADATA} HTTP/1.0`,
    `GET ${METADATA}`,
  ])('#203 %s does not change the issuer', async (line) => {
    for (const { status, body } of await send(line)) {
      expect(status).toBeLessThan(500);
      expect(body).not.toContain('evil');
      if (status === 200) expect(JSON.parse(body).issuer).toBe(cloud.origin);
    }
  });

  it.each([
    'GET / HTTP/9.9',
    'GET  /token  HTTP/1.1',
    'GET token HTTP/1.1',
    'GET * HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'CONNECT evil.test:443 HTTP/1.1',
    'TRACE /token HTTP/1.1',
    'get /health HTTP/1.1',
    'BREW /token HTTP/1.1',
    'PROPFIND /mcp HTTP/1.1',
    `${'X'.repeat(5000)} /token HTTP/1.1`,
    'PRI * HTTP/2.0',
    'GET /\x01 HTTP/1.1',
    'GET /a b HTTP/1.1',
    '\x16\x03\x01\x02\x00\x01\x00',
  ])('#212 %j is refused', async (line) => {
    expectRefused(await send(line));
  });

  it('RFC 9112 §3.2: HTTP/1.1 without a Host header is refused', async () => {
    expectRefused(await rawExchange(cloud.origin, requestHead(`GET ${METADATA} HTTP/1.1`, [CLOSE])));
  });

  it.each(['x-http-method-override: POST', 'x-http-method: POST', 'x-method-override: POST'])(
    '#212 GET /token with %s stays GET',
    async (header) => {
      const [answer] = await send('GET /token?grant_type=password HTTP/1.1', [header]);
      expect(answer?.status).toBe(404);
    },
  );

  /** Spellings that some parser may take for this path. */
  const spellings = (path: string): string[] => [
    `/${path}`,
    `/.${path}`,
    `${path}/`,
    `${path}//`,
    `${path}/.`,
    `${path};x=1`,
    `${path}%00`,
    `${path}%20`,
    `${path}%2f`,
    `${path}%23`,
    `/x/..${path}`,
    `/x/%2e%2e${path}`,
    `/x/..%2f${path.slice(1)}`,
    `/%2e${path}`,
    `\\${path.slice(1)}`,
    `/prod${path}`,
    path.toUpperCase(),
    `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
  ];

  it.each(spellings('/token'))('#212 POST %s reaches the token endpoint or gets 404', async (path) => {
    for (const { status, headers, body } of await post(path, 'grant_type=password')) {
      expect([400, 403, 404]).toContain(status);
      if (!body.includes('unsupported_grant_type')) continue;
      expect([status, headers['cache-control']]).toEqual([400, 'no-store']);
    }
  });

  it.each([
    ...spellings('/mcp'),
    '/mcp/../mcp',
    '/mcp/%2e%2e/health',
    '/.well-known/../mcp',
    '/.well-known/%2e%2e/mcp',
  ])('#123 POST %s does not bypass the authorizer', async (path) => {
    const call = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
    const json = ['content-type: application/json', 'accept: application/json, text/event-stream'];
    for (const headers of [json, [...json, 'x-gatehouse-subject: root', 'x-original-url: /mcp']]) {
      const answers = await post(path, call, headers);
      for (const { status, body } of answers) {
        expect([400, 401, 403, 404]).toContain(status);
        expect(body).not.toContain('"result"');
      }
    }
  });
});

describe('HEAD (RFC 9110 §9.3.2)', () => {
  it.each([
    ['/mcp', 401],
    ['/health', 200],
    ['/authorize', 400],
    ['/', 200],
  ])('A18: HEAD %s gets %i and no content, as GET would', async (path, status) => {
    const [answer] = await send(`HEAD ${path} HTTP/1.1`);
    expect([answer?.status, answer?.body]).toEqual([status, '']);
    if (path === '/mcp') expect(answer?.headers['www-authenticate']).toMatch(/^Bearer resource_metadata="/);
  });
});

const ROUTES = AUTHORIZATION_SERVER_ROUTES.map((route) => ({
  ...route,
  target: route.path.replace('{client_id}', 'unknown').replace('{idp}', 'company').replace('{proxy+}', 'mcp'),
}));

describe('Every route (OAuth 2.1 §3.1: scripts cannot read the pages)', () => {
  it.each(ROUTES)('$path: #212 other methods are refused without details', async ({ target, methods, preflight }) => {
    const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'OPTIONS'].filter(
      (method) => !methods.includes(method) && !(preflight && method === 'OPTIONS'),
    );
    for (const method of others) expectRefused(await send(`${method} ${target} HTTP/1.1`, ['content-length: 0']));
  });

  it.each(ROUTES)(
    '$path: #28 #64 foreign origins can read it only without credentials, or not at all',
    async (route) => {
      const { target, methods, preflight } = route;
      const headers = ['origin: https://evil.test', 'cookie: a=b', 'content-length: 0'];
      const preflightHeaders = [...headers, 'access-control-request-method: POST', 'access-control-request-headers: x'];
      const answers = [
        ...(await Promise.all(methods.map((method) => send(`${method} ${target} HTTP/1.1`, headers)))).flat(),
        ...(await send(`OPTIONS ${target} HTTP/1.1`, preflightHeaders)),
      ];
      expect(answers).toHaveLength(methods.length + 1);
      for (const { status, headers: answered } of answers) {
        expect(status).toBeLessThan(500);
        expect(answered['access-control-allow-credentials']).toBeUndefined();
        expect([undefined, '*']).toContain(answered['access-control-allow-origin']);
        // Scripts may read API Gateway's 404, which reveals nothing.
        if (!preflight && route.path !== '/health' && status !== 404) {
          expect(answered['access-control-allow-origin']).toBeUndefined();
        }
      }
      // A preflight succeeds only with a status of success (Fetch §4.8).
      if (!preflight) expect(answers.at(-1)?.status).toBe(404);
    },
  );
});
