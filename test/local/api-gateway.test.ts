import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApiGateway, type Origin } from '../../tools/local/cloud/api-gateway/index.ts';
import type { EdgeResponse } from '../../tools/local/cloud/http-message.ts';
import {
  bodyOf,
  fakeFunctions,
  header,
  lambdaProxy,
  type MethodFixture,
  request,
  resolve,
  restApi,
} from './template-fixture.ts';

type Answers = Parameters<typeof fakeFunctions>[0];

const OK = { statusCode: 200, body: 'ok' };
const ALLOW_ALL = {
  principalId: 'alice',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
  },
};
const DENY_ALL = {
  ...ALLOW_ALL,
  policyDocument: { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
};
const AUTHORIZED = [['Authorization', 'Bearer x']] as const;

const serve = (
  methods: Record<string, MethodFixture>,
  answers: Answers = { backend: () => OK },
  options: Parameters<typeof restApi>[1] & { readonly now?: () => number } = {},
) => {
  const { invoker, invoked } = fakeFunctions(answers);
  const apis = createApiGateway(resolve(restApi(methods, options)), {
    functions: invoker,
    ...(options.now ? { now: options.now } : {}),
  });
  const [api] = apis.values();
  if (!api) throw new Error('no API');
  return { api, invoked };
};

const buffered: MethodFixture = { integration: lambdaProxy('Backend') };
const guarded: MethodFixture = { integration: lambdaProxy('Backend'), authorized: true };
const json = async (response: EdgeResponse) => JSON.parse(await bodyOf(response));

describe('Routing of a REST API', () => {
  const routes = {
    'GET /a/b': buffered,
    'GET /a/{id}': buffered,
    'GET /a/{proxy+}': buffered,
    'GET /a/{id}/c': buffered,
    'POST /only-post': buffered,
    'ANY /any': buffered,
  };

  it.each([
    ['/prod/a/b', '/a/b', null],
    ['/prod/a/b/', '/a/b', null],
    ['/prod/a/x', '/a/{id}', { id: 'x' }],
    ['/prod/a/x/c', '/a/{id}/c', { id: 'x' }],
    ['/prod/a/x/d', '/a/{proxy+}', { proxy: 'x/d' }],
    ['/prod/a/x%2Fy', '/a/{id}', { id: 'x/y' }],
    ['/prod/a/%62', '/a/b', null],
    ['/prod/any', '/any', null],
  ])('%s goes to %s', async (target, resource, pathParameters) => {
    const { api, invoked } = serve(routes);
    await api(request('GET', target));
    expect(invoked[0]?.event).toMatchObject({ resource, pathParameters, path: target.replace('/prod', '') });
  });

  it.each(['/prod/nothing', '/prod/only-post', '/prod/a', '/prod//a/x//', '/prod'])(
    '%s is MISSING_AUTHENTICATION_TOKEN, 403 unless a gateway response says otherwise',
    async (target) => {
      const { api, invoked } = serve({ 'POST /only-post': buffered, 'GET /a/{x}/y': buffered });
      const response = await api(request('GET', target));
      expect(response.status).toBe(403);
      expect(await json(response)).toEqual({ message: 'Missing Authentication Token' });
      expect(invoked).toEqual([]);
    },
  );

  it('a stage that does not exist is forbidden', async () => {
    const { api } = serve(routes);
    expect((await api(request('GET', '/other/a/b'))).status).toBe(403);
  });
});

describe('The event of a Lambda proxy integration', () => {
  it('holds single and multiple values, of which the single one is the last', async () => {
    const { api, invoked } = serve({ 'POST /a': buffered });
    await api(
      request('POST', '/prod/a?x=1&x=2&y=a%20b+c', {
        headers: [
          ['X-One', '1'],
          ['X-One', '2'],
          ['content-type', 'text/plain'],
        ],
        body: 'hällo',
      }),
    );
    expect(invoked[0]?.event).toMatchObject({
      httpMethod: 'POST',
      headers: { 'X-One': '2' },
      multiValueHeaders: { 'X-One': ['1', '2'], 'content-type': ['text/plain'] },
      queryStringParameters: { x: '2', y: 'a b c' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['a b c'] },
      body: 'hällo',
      isBase64Encoded: false,
      stageVariables: null,
      requestContext: {
        stage: 'prod',
        path: '/prod/a',
        resourcePath: '/a',
        accountId: '000000000000',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        identity: { sourceIp: '198.51.100.7' },
      },
    });
  });

  it('has null where there is nothing', async () => {
    const { api, invoked } = serve({ 'GET /a': buffered });
    await api(request('GET', '/prod/a'));
    expect(invoked[0]?.event).toMatchObject({
      body: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
    });
  });

  it('lacks the headers that REST APIs drop', async () => {
    const { api, invoked } = serve({ 'GET /a': buffered });
    const dropped = ['Connection', 'Content-MD5', 'Expect', 'Max-Forwards', 'Server', 'TE', 'Trailer', 'Upgrade'];
    const headers = [...dropped, 'Proxy-Authenticate', 'Transfer-Encoding', 'WWW-Authenticate'].map(
      (name) => [name, 'x'] as const,
    );
    await api(request('GET', '/prod/a', { headers: [...headers, ['Mcp-Session-Id', 's']] }));
    const names = Object.keys(invoked[0]?.event.headers).map((name) => name.toLowerCase());
    expect(names.sort()).toEqual(
      ['mcp-session-id', 'x-amzn-trace-id', 'x-forwarded-for', 'x-forwarded-port', 'x-forwarded-proto'].sort(),
    );
  });

  it('says by which ARN the function was invoked', async () => {
    const { api, invoked } = serve({ 'GET /a/{proxy+}': guarded }, { guard: () => ALLOW_ALL, backend: () => OK });
    await api(request('GET', '/prod/a/b', { headers: AUTHORIZED }));
    expect(invoked.map(({ sourceArn }) => sourceArn)).toEqual([
      expect.stringMatching(/:execute-api:us-east-1:000000000000:\w+\/authorizers\/\w+$/),
      expect.stringMatching(/:execute-api:us-east-1:000000000000:\w+\/prod\/GET\/a\/\*$/),
    ]);
  });
});

describe('The answer of a Lambda proxy integration', () => {
  const answered = async (backend: () => unknown, options?: Parameters<typeof serve>[2]) =>
    serve({ 'GET /a': buffered }, { backend }, options).api(request('GET', '/prod/a'));

  it('passes status, headers, cookies and body', async () => {
    const response = await answered(() => ({
      statusCode: 418,
      headers: { 'X-A': 'single', 'X-B': 'b', 'x-n': 7 },
      multiValueHeaders: { 'x-a': ['1', '2'], 'Set-Cookie': ['a=1', 'b=2'] },
      body: 'tea',
    }));
    expect(response.status).toBe(418);
    expect(response.headers).toEqual(
      expect.arrayContaining([
        ['Content-Type', 'application/json'],
        ['X-B', 'b'],
        ['x-n', '7'],
        ['x-a', '1'],
        ['x-a', '2'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ]),
    );
    expect(response.headers).not.toContainEqual(['X-A', 'single']);
    expect(await bodyOf(response)).toBe('tea');
  });

  it('#115 renames WWW-Authenticate and what concerns the connection', async () => {
    const response = await answered(() => ({
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer', Date: 'd', Server: 's', Connection: 'close', 'Content-Length': '9' },
    }));
    expect(header(response, 'www-authenticate')).toBeUndefined();
    for (const name of ['WWW-Authenticate', 'Date', 'Server', 'Connection', 'Content-Length']) {
      expect(header(response, name)).toBeUndefined();
      expect(header(response, `x-amzn-remapped-${name}`)).toBeDefined();
    }
  });

  it.each<[string, () => unknown]>([
    ['no object', () => 'text'],
    ['nothing', () => undefined],
    ['a member that does not belong', () => ({ statusCode: 200, cookies: [] })],
    ['a status that is none', () => ({ statusCode: 'x' })],
    ['a body that is no text', () => ({ statusCode: 200, body: {} })],
    ['a header that is an object', () => ({ statusCode: 200, headers: { a: {} } })],
    [
      'an error',
      () => {
        throw new Error('boom');
      },
    ],
  ])('%s is 502', async (_what, backend) => {
    const response = await answered(backend);
    expect(response.status).toBe(502);
    expect(await json(response)).toEqual({ message: 'Internal server error' });
  });

  it('takes DEFAULT_5XX for that', async () => {
    const response = await answered(() => 'text', {
      gatewayResponses: {
        DEFAULT_5XX: {
          ResponseTemplates: { 'application/json': '{"error":"server_error","id":"$context.requestId"}' },
          ResponseParameters: { 'gatewayresponse.header.Retry-After': "'5'" },
        },
      },
    });
    expect(response.status).toBe(502);
    expect(header(response, 'retry-after')).toBe('5');
    expect(await json(response)).toEqual({ error: 'server_error', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it('takes no longer than the integration allows', async () => {
    const { api } = serve(
      { 'GET /a': { integration: lambdaProxy('Backend', { TimeoutInMillis: 50 }) } },
      { backend: () => new Promise(() => {}) },
    );
    const response = await api(request('GET', '/prod/a'));
    expect(response.status).toBe(504);
    expect(await json(response)).toEqual({ message: 'Endpoint request timed out' });
  });
});

describe('Response streaming', () => {
  const streamed: MethodFixture = {
    integration: lambdaProxy('Backend', { ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 }),
  };

  it('gives status and headers before the body is complete', async () => {
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

  it('hands the signal of a client that leaves to the function', async () => {
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

describe('A REQUEST authorizer', () => {
  const fail = (message: string) => () => {
    throw new Error(message);
  };
  const ask = (guard: (event: unknown) => unknown, options: Parameters<typeof serve>[2] = {}) => {
    const { api, invoked } = serve(
      { 'GET /a': guarded, 'POST /a/{proxy+}': guarded },
      { guard, backend: () => OK },
      options,
    );
    return { api, invoked, response: api(request('GET', '/prod/a', { headers: AUTHORIZED })) };
  };

  it('is not asked when an identity source is missing: 401', async () => {
    const { api, invoked } = ask(() => ALLOW_ALL);
    invoked.length = 0;
    const response = await api(request('GET', '/prod/a'));
    expect(response.status).toBe(401);
    expect(await json(response)).toEqual({ message: 'Unauthorized' });
    expect((await api(request('GET', '/prod/a', { headers: [['Authorization', '']] }))).status).toBe(401);
    expect(invoked.filter(({ functionArn }) => functionArn.endsWith(':Guard'))).toHaveLength(0);
  });

  it('gets the request without its body', async () => {
    const { response, invoked } = ask(() => ALLOW_ALL);
    await response;
    expect(invoked[0]?.event).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(/^arn:aws:execute-api:us-east-1:000000000000:\w+\/prod\/GET\/a$/),
      resource: '/a',
      headers: { Authorization: 'Bearer x' },
      queryStringParameters: {},
      pathParameters: {},
      requestContext: { apiId: expect.any(String), stage: 'prod' },
    });
    expect(invoked[0]?.event).not.toHaveProperty('body');
  });

  it.each<[string, () => unknown, number]>([
    ['throws Unauthorized', fail('Unauthorized'), 401],
    ['throws anything else', fail('unauthorized'), 500],
    ['denies', () => DENY_ALL, 403],
    ['answers no policy', () => ({}), 500],
    ['answers nothing', () => undefined, 500],
    [
      'answers an unknown effect',
      () => ({ principalId: 'a', policyDocument: { Statement: [{ Effect: 'Maybe' }] } }),
      500,
    ],
    ['answers without a principal', () => ({ ...ALLOW_ALL, principalId: undefined }), 500],
    ['puts an object into the context', () => ({ ...ALLOW_ALL, context: { scopes: ['a'] } }), 500],
    ['allows', () => ALLOW_ALL, 200],
  ])('that %s', async (_what, guard, status) => {
    expect((await ask(guard).response).status).toBe(status);
  });

  it.each<[string, string, number]>([
    ['the very method', 'arn:aws:execute-api:us-east-1:000000000000:API/prod/GET/a', 200],
    ['another method', 'arn:aws:execute-api:us-east-1:000000000000:API/prod/POST/a', 403],
    ['the whole stage', 'arn:aws:execute-api:us-east-1:000000000000:API/prod/*', 200],
    ['another API', 'arn:aws:execute-api:us-east-1:000000000000:other/prod/*', 403],
    ['a question mark', 'arn:aws:execute-api:us-east-1:000000000000:API/prod/GE?/a', 200],
    ['a path below', 'arn:aws:execute-api:us-east-1:000000000000:API/prod/GET/a/*', 403],
  ])('allows by resource: %s', async (_what, resource, status) => {
    const guard = (event: unknown) => ({
      principalId: 'a',
      policyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'execute-api:Invoke',
            Resource: resource.replace('API', (event as { requestContext: { apiId: string } }).requestContext.apiId),
          },
        ],
      },
    });
    expect((await ask(guard).response).status).toBe(status);
  });

  it('an explicit Deny wins over an Allow', async () => {
    const Statement = [...ALLOW_ALL.policyDocument.Statement, ...DENY_ALL.policyDocument.Statement];
    const { response } = ask(() => ({ principalId: 'a', policyDocument: { Statement } }));
    expect((await response).status).toBe(403);
  });

  it('hands its context to the backend as text', async () => {
    const { response, invoked } = ask(() => ({ ...ALLOW_ALL, context: { subject: 's', n: 7, yes: true, none: null } }));
    await response;
    expect(invoked[1]?.event.requestContext.authorizer).toEqual({
      principalId: 'alice',
      subject: 's',
      n: '7',
      yes: 'true',
      integrationLatency: 0,
    });
  });

  const RESPONSES = {
    UNAUTHORIZED: { ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': `'Bearer scope="mcp", x="y"'` } },
    ACCESS_DENIED: {
      ResponseParameters: {
        'gatewayresponse.header.WWW-Authenticate': 'context.authorizer.challenge',
        'gatewayresponse.header.X-Asked': 'method.request.header.Authorization',
        'gatewayresponse.header.X-Missing': 'context.authorizer.nothing',
      },
      ResponseTemplates: {
        'application/json':
          '{"m":$context.error.messageString,"t":"$context.error.responseType","w":"$context.authorizer.who"}',
      },
    },
    AUTHORIZER_FAILURE: { StatusCode: '503' },
    AUTHORIZER_CONFIGURATION_ERROR: { StatusCode: '503' },
  };

  it('#115 a static challenge stands on 401, not renamed', async () => {
    const { response } = ask(fail('Unauthorized'), { gatewayResponses: RESPONSES });
    expect(header(await response, 'www-authenticate')).toBe('Bearer scope="mcp", x="y"');
  });

  it('the context of a Deny reaches the gateway response', async () => {
    const { response } = ask(() => ({ ...DENY_ALL, context: { challenge: 'Bearer error="x"', who: 'me' } }), {
      gatewayResponses: RESPONSES,
    });
    expect(header(await response, 'www-authenticate')).toBe('Bearer error="x"');
    expect(header(await response, 'x-asked')).toBe('Bearer x');
    expect(header(await response, 'x-missing')).toBeUndefined();
    expect(await json(await response)).toEqual({
      m: 'User is not authorized to access this resource',
      t: 'ACCESS_DENIED',
      w: 'me',
    });
  });

  it('#114 a fault of the authorizer can be told apart: 503', async () => {
    expect((await ask(fail('down'), { gatewayResponses: RESPONSES }).response).status).toBe(503);
    expect((await ask(() => 'rubbish', { gatewayResponses: RESPONSES }).response).status).toBe(503);
  });

  describe('with a result cache', () => {
    const cached = (guard: (event: unknown) => unknown) => {
      let now = 0;
      const made = ask(guard, { authorizer: { AuthorizerResultTtlInSeconds: 60 }, now: () => now });
      const asked = () => made.invoked.filter(({ functionArn }) => functionArn.endsWith(':Guard')).length;
      return { ...made, asked, pass: (seconds: number) => (now += seconds * 1000) };
    };
    const get = (api: Origin, token: string) => api(request('GET', '/prod/a', { headers: [['Authorization', token]] }));

    it('asks once per identity until the time is over', async () => {
      const { api, response, asked, pass } = cached(() => ALLOW_ALL);
      await response;
      await get(api, 'Bearer x');
      expect(asked()).toBe(1);
      await get(api, 'Bearer y');
      expect(asked()).toBe(2);
      pass(61);
      await get(api, 'Bearer x');
      expect(asked()).toBe(3);
    });

    it('#113 applies a kept policy to other methods and paths as it stands', async () => {
      const onlyThis = (event: unknown) => ({
        principalId: 'a',
        policyDocument: {
          Statement: [
            { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: (event as { methodArn: string }).methodArn },
          ],
        },
      });
      const { api, response, asked } = cached(onlyThis);
      expect((await response).status).toBe(200);
      expect((await api(request('POST', '/prod/a/b', { headers: AUTHORIZED }))).status).toBe(403);
      expect(asked()).toBe(1);
    });

    it('does not keep Unauthorized', async () => {
      const { api, response, asked } = cached(fail('Unauthorized'));
      await response;
      await get(api, 'Bearer x');
      expect(asked()).toBe(2);
    });
  });
});

describe('Gateway responses', () => {
  it('fall back to DEFAULT_4XX, which keeps the status of the type', async () => {
    const { api } = serve({ 'GET /a': buffered }, undefined, {
      gatewayResponses: {
        DEFAULT_4XX: {
          ResponseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
          ResponseTemplates: { 'application/json': '{"error":"invalid_request"}' },
        },
      },
    });
    const response = await api(request('GET', '/prod/b'));
    expect(response.status).toBe(403);
    expect(header(response, 'access-control-allow-origin')).toBe('*');
    expect(await json(response)).toEqual({ error: 'invalid_request' });
  });

  it('turn an unknown path into 404 where the template says so', async () => {
    const { api } = serve({ 'GET /a': buffered }, undefined, {
      gatewayResponses: { MISSING_AUTHENTICATION_TOKEN: { StatusCode: '404' } },
    });
    expect((await api(request('GET', '/prod/b'))).status).toBe(404);
  });
});

describe('Limits', () => {
  it('10,240 bytes of request line and headers', async () => {
    const { api } = serve({ 'GET /a': buffered });
    const send = (length: number) => api(request('GET', '/prod/a', { headers: [['X', 'x'.repeat(length)]] }));
    expect((await send(10_100)).status).toBe(200);
    expect((await send(10_240)).status).toBe(431);
  });

  it('10 MB of body: REQUEST_TOO_LARGE', async () => {
    const { api, invoked } = serve({ 'POST /a': buffered });
    expect((await api(request('POST', '/prod/a', { body: Buffer.alloc(10 * 1024 * 1024 + 1) }))).status).toBe(413);
    expect(invoked).toEqual([]);
  });

  it('throttling: a bucket per method, the most specific setting first', async () => {
    let now = 0;
    const setting = (ResourcePath: string, HttpMethod: string, rate: number, burst: number) => ({
      ResourcePath,
      HttpMethod,
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
    });
    const { api } = serve({ 'GET /a/b': buffered, 'GET /c': buffered }, undefined, {
      now: () => now,
      stage: { MethodSettings: [setting('/*', '*', 1000, 1000), setting('/~1a~1b', 'GET', 1, 2)] },
    });
    const statuses = async (path: string, count: number) =>
      Promise.all(Array.from({ length: count }, () => api(request('GET', path)).then(({ status }) => status)));
    expect(await statuses('/prod/a/b', 3)).toEqual([200, 200, 429]);
    expect(await statuses('/prod/c', 3)).toEqual([200, 200, 200]);
    now += 1000;
    expect(await statuses('/prod/a/b', 2)).toEqual([200, 429]);
  });
});

describe('MOCK', () => {
  const preflight = (
    overrides: Record<string, unknown> = {},
    parameters: Record<string, string> = {},
  ): MethodFixture => {
    const all = { 'method.response.header.Access-Control-Allow-Origin': "'*'", ...parameters };
    return {
      integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{ statusCode: 204 }' },
        IntegrationResponses: [{ StatusCode: '204', ResponseParameters: all, ...overrides }],
      },
      properties: {
        MethodResponses: [
          { StatusCode: '204', ResponseParameters: Object.fromEntries(Object.keys(all).map((name) => [name, true])) },
        ],
      },
    };
  };

  it('answers with the mapped headers', async () => {
    const { api } = serve({ 'OPTIONS /a': preflight() });
    const response = await api(request('OPTIONS', '/prod/a'));
    expect(response.status).toBe(204);
    expect(header(response, 'access-control-allow-origin')).toBe('*');
    expect(await bodyOf(response)).toBe('');
  });

  it('may set a header from the request by its response template', async () => {
    const template =
      "#set($context.responseOverride.header.Access-Control-Allow-Headers = $input.params('Access-Control-Request-Headers'))";
    const { api } = serve({ 'OPTIONS /a': preflight({ ResponseTemplates: { 'application/json': template } }) });
    const response = await api(
      request('OPTIONS', '/prod/a', { headers: [['access-control-request-headers', 'mcp-param-x']] }),
    );
    expect(header(response, 'access-control-allow-headers')).toBe('mcp-param-x');
  });

  it('answers with the type of its template, unless a header is mapped', async () => {
    const templates = { ResponseTemplates: { 'image/svg+xml': '<svg/>' } };
    const plain = await serve({ 'OPTIONS /a': preflight(templates, {}) }).api(request('OPTIONS', '/prod/a'));
    expect([header(plain, 'content-type'), await bodyOf(plain)]).toEqual(['image/svg+xml', '<svg/>']);
    const mapped = preflight(templates, { 'method.response.header.Content-Type': "'text/plain'" });
    const { headers } = await serve({ 'OPTIONS /a': mapped }).api(request('OPTIONS', '/prod/a'));
    expect(headers.filter(([name]) => name.toLowerCase() === 'content-type')).toEqual([['Content-Type', 'text/plain']]);
  });

  it('refuses a body of another type where the passthrough behaviour says so', async () => {
    const method = preflight();
    const { api } = serve({
      'OPTIONS /a': { ...method, integration: { ...method.integration, PassthroughBehavior: 'NEVER' } },
    });
    const response = await api(request('OPTIONS', '/prod/a', { headers: [['content-type', 'text/plain']] }));
    expect(response.status).toBe(415);
  });

  it.each<[string, MethodFixture, RegExp]>([
    [
      'a response header mapped from the request',
      preflight({}, { 'method.response.header.X': 'method.request.header.Y' }),
      /no source of a response/,
    ],
    [
      'a language that is not run',
      preflight({ ResponseTemplates: { 'application/json': '#foreach($x in $y)#end' } }),
      /is not run here/,
    ],
    [
      'a function invoked by GET',
      { integration: { ...lambdaProxy('Backend'), IntegrationHttpMethod: 'GET' } },
      /by POST/,
    ],
    ['more than 29 seconds, buffered', { integration: lambdaProxy('Backend', { TimeoutInMillis: 30_000 }) }, /30000/],
    [
      'Authorization mapped on a Lambda proxy',
      {
        integration: lambdaProxy('Backend', {
          RequestParameters: { 'integration.request.header.Authorization': "'x'" },
        }),
      },
      /Authorization cannot be mapped/,
    ],
    [
      'a path parameter that the method does not declare',
      {
        integration: {
          Type: 'HTTP_PROXY',
          IntegrationHttpMethod: 'GET',
          Uri: 'http://localhost/{proxy}',
          RequestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        },
      },
      /not declared/,
    ],
  ])('what AWS would not deploy stops the start: %s', (_what, method, expected) => {
    expect(() => serve({ 'OPTIONS /a': method })).toThrow(expected);
    expect(() => serve({ 'OPTIONS /a': method })).toThrow(/^Method\d+: /);
  });
});

describe('HTTP_PROXY', () => {
  let seen: { message: IncomingMessage; body: string } | undefined;
  let respond: RequestListener;
  const backend = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    seen = { message, body: Buffer.concat(chunks).toString() };
    respond(message, response);
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((done) => backend.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    backend.closeAllConnections();
    await new Promise((done) => backend.close(done));
  });
  beforeEach(() => {
    seen = undefined;
    respond = (_message, response) => response.end('ok');
  });

  const proxy = (integration: Record<string, unknown> = {}, method = 'POST'): Record<string, MethodFixture> => ({
    [`${method} /mcp`]: {
      authorized: true,
      integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: method,
        Uri: `${url}/base`,
        RequestParameters: { 'integration.request.header.X-Gatehouse-Subject': 'context.authorizer.subject' },
        ...integration,
      },
    },
    [`${method} /mcp/{proxy+}`]: {
      authorized: true,
      properties: { RequestParameters: { 'method.request.path.proxy': true } },
      integration: {
        Type: 'HTTP_PROXY',
        IntegrationHttpMethod: 'ANY',
        Uri: `${url}/base/{proxy}`,
        RequestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        ...integration,
      },
    },
  });
  const guard = (context: Record<string, unknown>) => ({ guard: () => ({ ...ALLOW_ALL, context }) });
  const FORGED = [...AUTHORIZED, ['x-gatehouse-subject', 'forged'], ['x-gatehouse-subject', 'twice']] as const;

  it('sends the request on untouched, with its path and query as they were sent', async () => {
    const { api } = serve(proxy(), guard({}));
    await api(
      request('POST', '/prod/mcp/a%2Fb/%C3%A4?x=%20&y', { headers: [...AUTHORIZED, ['Mcp-Method', 'a']], body: '{ }' }),
    );
    expect(seen?.message.url).toBe('/base/a%2Fb/%C3%A4?x=%20&y');
    expect(seen?.message.method).toBe('POST');
    expect(seen?.body).toBe('{ }');
    expect(seen?.message.headers).toMatchObject({
      authorization: 'Bearer x',
      'mcp-method': 'a',
      host: new URL(url).host,
      'content-length': '3',
    });
  });

  it('overwrites what a mapping names, however often the caller sent it', async () => {
    const { api } = serve(proxy(), guard({ subject: 'alice' }));
    await api(request('POST', '/prod/mcp', { headers: FORGED }));
    expect(seen?.message.headersDistinct['x-gatehouse-subject']).toEqual(['alice']);
  });

  it('worst case: a context value that is missing leaves the caller’s own header', async () => {
    const { api } = serve(proxy(), guard({}));
    await api(request('POST', '/prod/mcp', { headers: FORGED }));
    expect(seen?.message.headersDistinct['x-gatehouse-subject']).toEqual(['forged', 'twice']);
  });

  it('passes status, headers and body back, renamed where the gateway renames', async () => {
    respond = (_message, response) =>
      response.writeHead(404, { 'WWW-Authenticate': 'Bearer', Server: 's', 'Mcp-Session-Id': 'm' }).end('{"a":1}');
    const { api } = serve(proxy(), guard({}));
    const response = await api(request('POST', '/prod/mcp', { headers: AUTHORIZED }));
    expect(response.status).toBe(404);
    expect(header(response, 'www-authenticate')).toBeUndefined();
    expect(header(response, 'x-amzn-remapped-www-authenticate')).toBe('Bearer');
    expect(header(response, 'x-amzn-remapped-server')).toBe('s');
    expect(header(response, 'mcp-session-id')).toBe('m');
    expect(await bodyOf(response)).toBe('{"a":1}');
  });

  it('follows no redirect', async () => {
    respond = (_message, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    const { api } = serve(proxy(), guard({}));
    expect((await api(request('POST', '/prod/mcp', { headers: AUTHORIZED }))).status).toBe(302);
  });

  it('streams', async () => {
    const { promise: rest, resolve: finish } = Promise.withResolvers<void>();
    respond = (_message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('first');
      void rest.then(() => response.end('last'));
    };
    const { api } = serve(proxy({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 }), guard({}));
    const response = await api(request('POST', '/prod/mcp', { headers: AUTHORIZED }));
    const iterator = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('first');
    finish();
    expect(Buffer.from((await iterator.next()).value).toString()).toBe('last');
  });

  it('ends the upstream request when the client leaves', async () => {
    const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
    respond = (_message, response) => {
      response.on('close', onClose);
      response.write('first');
    };
    const gone = new AbortController();
    const { api } = serve(proxy({ ResponseTransferMode: 'STREAM', TimeoutInMillis: 900_000 }), guard({}));
    const response = await api(request('POST', '/prod/mcp', { headers: AUTHORIZED, signal: gone.signal }));
    expect(response.status).toBe(200);
    gone.abort();
    await closed;
  });

  it('a backend that is down is 504 INTEGRATION_FAILURE, a silent one INTEGRATION_TIMEOUT', async () => {
    const { api: down } = serve(proxy({ Uri: 'http://127.0.0.1:1/' }), guard({}));
    expect((await down(request('POST', '/prod/mcp', { headers: AUTHORIZED }))).reason).toMatch(/^INTEGRATION_FAILURE/);
    respond = () => {};
    const { api: silent } = serve(proxy({ TimeoutInMillis: 50 }), guard({}));
    const response = await silent(request('POST', '/prod/mcp', { headers: AUTHORIZED }));
    expect([response.status, response.reason]).toEqual([504, 'INTEGRATION_TIMEOUT']);
  });
});
