import { createApiGateway } from '../../../tools/local/cloud/api-gateway/index.ts';
import type { EdgeResponse } from '../../../tools/local/cloud/http-message.ts';
import { bodyOf, fakeFunctions, lambdaProxy, type MethodFixture, resolve, restApi } from '../template-fixture.ts';

type Answers = Parameters<typeof fakeFunctions>[0];

export const OK = { statusCode: 200, body: 'ok' };
export const ALLOW_ALL = {
  principalId: 'alice',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
  },
};
export const DENY_ALL = {
  ...ALLOW_ALL,
  policyDocument: { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
};
export const AUTHORIZED = [['Authorization', 'Bearer x']] as const;

export const serve = (
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

export const buffered: MethodFixture = { integration: lambdaProxy('Backend') };
export const guarded: MethodFixture = { integration: lambdaProxy('Backend'), authorized: true };
export const json = async (response: EdgeResponse) => JSON.parse(await bodyOf(response));
