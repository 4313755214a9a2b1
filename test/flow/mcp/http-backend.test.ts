import type { IncomingMessage } from 'node:http';
import { startBackend } from '../../support/backends/mcp-backend.ts';
import { User } from '../../support/browser/user.ts';
import type { LocalCloud } from '../../support/cloud/local-cloud.ts';
import { bearerChallenge } from '../../support/http/challenge.ts';
import { callMcp, obtainSession } from '../../support/http/oauth-requests.ts';
import { type RawParts, startHttpBackendCloud, statusOf } from './http-backend-cloud.ts';

// HTTP backends: requests to /plain pass only API Gateway, those to /ruled pass the inspector, and /trusting has
// rules as well and validates headers itself. All three use the same backend.

const DOORS = ['plain', 'ruled'] as const;

type Handler = Parameters<typeof startBackend>[0];

let scripted: Awaited<ReturnType<typeof startBackend>>;
let handle: Handler;
let cloud: LocalCloud;
const tokens = new Map<string, string>();

const urlOf = (door: string): string => `${cloud.origin}/${door}`;
const tokenFor = async (door: string): Promise<string> => {
  const known = tokens.get(door);
  if (known !== undefined) return known;
  const parameters = { resource: urlOf(door), scope: 'mcp' };
  const { accessToken } = await obtainSession(cloud, { user: new User(cloud, 'hal'), parameters });
  tokens.set(door, accessToken);
  return accessToken;
};
const send = async (door: string, init: RequestInit & { path?: string } = {}): Promise<Response> => {
  const headers = new Headers({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${await tokenFor(door)}`,
  });
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const method = init.method ?? 'POST';
  return fetch(`${urlOf(door)}${init.path ?? ''}`, {
    ...init,
    method,
    headers,
    ...(method === 'POST' ? { body } : {}),
  });
};

beforeAll(async () => {
  scripted = await startBackend((request, response) => handle(request, response));
  cloud = await startHttpBackendCloud(scripted.url);
}, 60_000);
afterAll(async () => {
  await cloud?.stop();
  await scripted?.close();
});

describe.each(DOORS)('Requests to /%s', (door) => {
  it.each([
    [200, '{"jsonrpc":"2.0","id":1,"result":{}}'],
    [202, ''],
    [400, '{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"unsupported version"}}'],
    [404, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no such method"}}'],
    [405, ''],
    [500, 'oops'],
  ])('status %i and body %j arrive untouched', async (status, body) => {
    handle = (_request, response) => {
      const own = { 'content-type': 'application/json', 'mcp-session-id': 'abc', allow: 'POST' };
      response.writeHead(status, { ...own, 'set-cookie': '__Host-gatehouse-session=forged; Path=/' }).end(body);
    };
    const answer = await send(door);
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('mcp-session-id')).toBe('abc');
    expect([answer.headers.get('allow'), answer.headers.get('set-cookie')]).toEqual(['POST', null]);
  });

  it.each(['GET', 'DELETE', 'POST'])(
    '%s, every Mcp-* header, the rest of the path and the query reach the backend',
    async (method) => {
      const sent = {
        'mcp-protocol-version': '2025-11-25',
        'mcp-session-id': 'abc',
        'last-event-id': '7',
        'mcp-param-region': 'eu',
        'mcp-param-text': '=?base64?w6k=?=',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      };
      const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
      handle = (request, response) => {
        seen.push(request);
        response.writeHead(204).end();
      };
      expect((await send(door, { method, headers: sent, path: '/more/x?flag&;b=c&a=%41&a' })).status).toBe(204);
      expect(seen).toMatchObject([{ method, url: '/mcp/more/x?flag&;b=c&a=%41&a' }]);
      expect(seen[0]?.headers).toMatchObject({
        ...sent,
        accept: 'application/json, text/event-stream',
        'x-gatehouse-scopes': 'mcp',
      });
    },
  );

  it('the first event arrives before the backend writes the second: nothing buffers the response', async () => {
    const order: string[] = [];
    let writeSecond = (): void => {};
    handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
      writeSecond = () => {
        order.push('second written');
        response.end('data: second\n\n');
      };
    };
    const reader = (await send(door)).body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('data: first\n\n');
    order.push('first read');
    writeSecond();
    expect((await reader?.read())?.value).toBe('data: second\n\n');
    order.push('second read');
    expect(order).toEqual(['first read', 'second written', 'second read']);
  });

  it('the response head arrives before the first event', async () => {
    let begin = (): void => {};
    handle = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      begin = () => response.end('data: at last\n\n');
    };
    const answer = await send(door);
    begin();
    expect(await answer.text()).toBe('data: at last\n\n');
  });

  it('a client that disconnects ends the request to the backend', async () => {
    const left = new Promise<void>((resolve) => {
      handle = (_request, response) => {
        response.once('close', () => resolve());
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: first\n\n');
      };
    });
    const leaving = new AbortController();
    const answer = await send(door, { signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
    await left;
  });

  describe('CORS (Fetch §3.3)', () => {
    const origin = 'https://client.example';
    const answerWith = (headers: Record<string, string>, status = 200): void => {
      handle = (_request, response) => void response.writeHead(status, headers).end('{}');
    };

    it.each([200, 400, 404])('scripts can read a %i response without CORS headers', async (status) => {
      answerWith({ 'mcp-session-id': 'abc' }, status);
      const { headers } = await send(door, { headers: { origin } });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate.*Mcp-Session-Id/);
    });

    it('a backend that sends its own CORS headers keeps them, without duplicates', async () => {
      const own = { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'Mcp-Session-Id' };
      answerWith(own);
      const { headers } = await send(door, { headers: { origin } });
      expect(Object.fromEntries(headers)).toMatchObject(own);
    });
  });
});

/** Makes the backend accept every request. Returns the requests that reached it. */
const carelessBackend = (): string[] => {
  const reached: string[] = [];
  handle = (request, response) => {
    reached.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  return reached;
};

const rawStatus = async (door: string, method: string, parts: RawParts): Promise<number | undefined> =>
  statusOf(cloud, { door, method, token: await tokenFor(door), ...parts });

describe('A call by a method other than POST (#121)', () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'delete_all' } });

  it.each([
    ['ruled', 'DELETE', 400],
    ['ruled', 'GET', 403],
    ['trusting', 'DELETE', 403],
    ['trusting', 'GET', 403],
  ] as const)('/%s: %s with a body is %i and does not reach the backend', async (door, method, status) => {
    const reached = carelessBackend();
    expect(await rawStatus(door, method, { body })).toBe(status);
    expect(await rawStatus(door, method, { body, headers: ['x-http-method-override: POST'] })).toBe(status);
    expect(reached).toEqual([]);
  });

  it.each(['PUT', 'PATCH', 'TRACE', 'QUERY'])('/ruled: %s is refused', async (method) => {
    const reached = carelessBackend();
    const status = await rawStatus('ruled', method, { body });
    expect([400, 403, 404, 405]).toContain(status);
    expect(reached).toEqual([]);
  });
});

describe.each(DOORS)('Path traversal (#212) below /%s', (door) => {
  it.each([
    `/${door}/..%2fsecret`,
    `/${door}/%2e%2e%2fsecret`,
    `/${door}/%2e%2e/${door}/x`,
    `/${door}/a/..;/..;/secret`,
    `/${door}/%252e%252e%252fsecret`,
    `/${door}/..%5csecret`,
    `/${door}/..\\secret`,
    `/x/../${door}/y`,
    `/%${door.charCodeAt(0).toString(16)}${door.slice(1)}/..%2Fsecret`,
  ])('%s is not found', async (path) => {
    const reached = carelessBackend();
    expect(await rawStatus(door, 'GET', { path })).toBe(404);
    expect(reached).toEqual([]);
  });

  it('other paths arrive unchanged, and so does HEAD (A18, RFC 9110 §9.3.2)', async () => {
    const reached = carelessBackend();
    const rests = ['/.well-known/x', '/a..b/...', '/a%20b', '/100%25', '/a;v=1'];
    for (const rest of rests) expect(await rawStatus(door, 'GET', { path: `/${door}${rest}?up=../x%2f` })).toBe(200);
    expect(await rawStatus(door, 'HEAD', {})).toBe(200);
    expect(reached).toEqual([...rests.map((rest) => `GET /mcp${rest}?up=../x%2f`), 'HEAD /mcp']);
  });
});

describe('A backend that validates headers itself', () => {
  beforeEach(() => {
    handle = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });

  it('"challengeScopes": "all": the first challenge names the scopes of every rule', async () => {
    const challenge = bearerChallenge((await callMcp(urlOf('trusting'), undefined)).headers);
    expect(challenge.scope).toBe('mcp mcp:write');
    expect(bearerChallenge((await callMcp(urlOf('ruled'), undefined)).headers).scope).toBe('mcp');
  });

  it('a request without trusted headers needs every scope; one with them needs the scopes of its tool', async () => {
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'list_all' };
    expect((await send('trusting', { headers })).status).toBe(200);
    const refused = await send('trusting');
    expect([refused.status, bearerChallenge(refused.headers).scope]).toEqual([403, 'mcp mcp:write']);
    expect((await send('trusting', { method: 'GET' })).status).toBe(200);
  });
});
