import { createApiGateway } from '../../../tools/local/cloud/api-gateway/index.ts';
import { FunctionError } from '../../../tools/local/cloud/function-invoker.ts';
import { bodyOf, header, lambdaProxy, request, resolve, restApi } from '../template-fixture.ts';

import { AUTHORIZED, buffered, json, serve } from './serve.ts';

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

  it('turn an unknown path into 404 where the template defines it', async () => {
    const { api } = serve({ 'GET /a': buffered }, undefined, {
      gatewayResponses: { MISSING_AUTHENTICATION_TOKEN: { StatusCode: '404' } },
    });
    expect((await api(request('GET', '/prod/b'))).status).toBe(404);
  });

  it('B7: an unknown path with a bearer token is INVALID_SIGNATURE', async () => {
    const { api } = serve({ 'GET /a': buffered });
    const response = await api(request('GET', '/prod/b', { headers: AUTHORIZED }));
    expect([response.status, header(response, 'x-amzn-errortype')]).toEqual([403, 'IncompleteSignatureException']);
  });
});

describe('Limits', () => {
  it('10,240 bytes of request line and headers', async () => {
    const { api } = serve({ 'GET /a': buffered });
    const send = (length: number) => api(request('GET', '/prod/a', { headers: [['X', 'x'.repeat(length)]] }));
    expect((await send(10_100)).status).toBe(200);
    expect((await send(10_240)).status).toBe(431);
  });

  it('10 MB of body: 413 with a text, to which no gateway response applies', async () => {
    const { api, invoked } = serve({ 'POST /a': buffered }, undefined, {
      gatewayResponses: { REQUEST_TOO_LARGE: { StatusCode: '400' } },
    });
    const response = await api(request('POST', '/prod/a', { body: Buffer.alloc(10 * 1024 * 1024 + 1) }));
    expect(response.status).toBe(413);
    expect(await bodyOf(response)).toBe('HTTP content length exceeded 10485760 bytes.');
    expect(invoked).toEqual([]);
  });

  it.each([
    ['buffered', {}],
    ['streamed', { ResponseTransferMode: 'STREAM' }],
  ])('A29: an event beyond the 6 MB of Lambda is REQUEST_TOO_LARGE, 413, %s', async (_, properties) => {
    const refuse = async () => {
      throw new FunctionError('RequestTooLargeException', 'the event is larger than 6291456 bytes');
    };
    const gatewayResponses = { REQUEST_TOO_LARGE: { ResponseTemplates: { 'application/json': '{"error":"x"}' } } };
    const template = restApi({ 'POST /a': { integration: lambdaProxy('Backend', properties) } }, { gatewayResponses });
    const [api] = createApiGateway(resolve(template), {
      functions: { invoke: refuse, invokeStreaming: refuse },
    }).values();
    const response = await api?.(request('POST', '/prod/a', { body: 'x' }));
    expect(response?.status).toBe(413);
    expect(response && (await json(response))).toEqual({ error: 'x' });
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
