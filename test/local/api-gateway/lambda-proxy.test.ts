import { bodyOf, header, lambdaProxy, request } from '../template-fixture.ts';

import { ALLOW_ALL, AUTHORIZED, buffered, guarded, json, OK, serve } from './serve.ts';

describe('The event of a Lambda proxy integration', () => {
  it('contains single and multiple values; the single one is the last', async () => {
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

  it('has null for what is missing', async () => {
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

  it('is sent from the ARN of the method', async () => {
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

  it('determines status, headers, cookies and body', async () => {
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

  it('#115 renames WWW-Authenticate and headers of the connection', async () => {
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
    // A27: the line of the request says what was expected.
    expect(response.reason).toContain(_what === 'an error' ? 'boom' : 'expected {"statusCode": 200');
  });

  it('uses DEFAULT_5XX for a malformed answer', async () => {
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

  it('must arrive within the integration’s timeout', async () => {
    const { api } = serve(
      { 'GET /a': { integration: lambdaProxy('Backend', { TimeoutInMillis: 50 }) } },
      { backend: () => new Promise(() => {}) },
    );
    const response = await api(request('GET', '/prod/a'));
    expect(response.status).toBe(504);
    expect(await json(response)).toEqual({ message: 'Endpoint request timed out' });
  });
});
