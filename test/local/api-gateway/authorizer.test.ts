import type { Origin } from '../../../tools/local/cloud/api-gateway/index.ts';
import { header, request } from '../template-fixture.ts';

import { ALLOW_ALL, AUTHORIZED, DENY_ALL, guarded, json, OK, serve } from './serve.ts';

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

  it('B20: without a result cache, it is not called either when an identity source is missing: 401', async () => {
    const { api, invoked } = ask(() => ALLOW_ALL);
    invoked.length = 0;
    const response = await api(request('GET', '/prod/a'));
    expect(response.status).toBe(401);
    expect(await json(response)).toEqual({ message: 'Unauthorized' });
    expect((await api(request('GET', '/prod/a', { headers: [['Authorization', '']] }))).status).toBe(401);
    expect(invoked.filter(({ functionArn }) => functionArn.endsWith(':Guard'))).toHaveLength(0);
  });

  it('receives the request without its body', async () => {
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

  it('passes its context to the backend as strings', async () => {
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

  it('#115 a static challenge is sent with 401, not renamed', async () => {
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

  it('#114 a fault of the authorizer has a status of its own: 503', async () => {
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

    it('calls the authorizer once per identity until the TTL ends', async () => {
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

    it('#113 applies a cached policy to other methods and paths', async () => {
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

    it('does not cache Unauthorized', async () => {
      const { api, response, asked } = cached(fail('Unauthorized'));
      await response;
      await get(api, 'Bearer x');
      expect(asked()).toBe(2);
    });
  });
});
