import type { FunctionInvoker, Invocation, StreamedInvocation } from '../../tools/local/cloud/function-invoker.ts';
import type { EdgeRequest, EdgeResponse } from '../../tools/local/cloud/http-message.ts';
import type { ResolvedTemplate } from '../../tools/local/cloud/resolved-template.ts';
import { resolveTemplate } from '../../tools/local/cloud/template/index.ts';
import type { CloudFormationResource } from '../../tools/local/cloud/template/resolve.ts';

export type Resources = Record<string, CloudFormationResource>;

export const resolve = (Resources: Resources): ResolvedTemplate =>
  resolveTemplate({ Resources }, { stackName: 'Test', assemblyDirectory: '/nowhere' }).template;

export const FUNCTION: CloudFormationResource = {
  Type: 'AWS::Lambda::Function',
  Properties: { Code: { S3Bucket: 'b', S3Key: 'k.zip' }, Handler: 'index.handler', Role: 'r', Runtime: 'nodejs24.x' },
};

const uri = (logicalId: string, streamed: boolean) => ({
  'Fn::Join': [
    '',
    [
      `arn:aws:apigateway:us-east-1:lambda:path/${streamed ? '2021-11-15' : '2015-03-31'}/functions/`,
      { 'Fn::GetAtt': [logicalId, 'Arn'] },
      streamed ? '/response-streaming-invocations' : '/invocations',
    ],
  ],
});

export const lambdaProxy = (logicalId: string, properties: Record<string, unknown> = {}) => ({
  Type: 'AWS_PROXY',
  IntegrationHttpMethod: 'POST',
  Uri: uri(logicalId, properties.ResponseTransferMode === 'STREAM'),
  ...properties,
});

export interface MethodFixture {
  readonly integration: Record<string, unknown>;
  readonly authorized?: boolean;
  readonly properties?: Record<string, unknown>;
}

/** `GET /a/{b}` → method; one API `Api` with stage `prod`, functions `Backend` and `Guard`, authorizer `Authorizer`. */
export const restApi = (
  methods: Record<string, MethodFixture>,
  options: {
    readonly gatewayResponses?: Record<string, Record<string, unknown>>;
    readonly authorizer?: Record<string, unknown>;
    readonly stage?: Record<string, unknown>;
  } = {},
): Resources => {
  const api = { Ref: 'Api' };
  const resources: Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: api, DeploymentId: 'd', StageName: 'prod', ...options.stage },
    },
    Backend: FUNCTION,
    Guard: FUNCTION,
    Authorizer: {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        RestApiId: api,
        Name: 'guard',
        Type: 'REQUEST',
        AuthorizerUri: uri('Guard', false),
        IdentitySource: 'method.request.header.Authorization',
        AuthorizerResultTtlInSeconds: 0,
        ...options.authorizer,
      },
    },
  };
  const ids = new Map<string, unknown>([['', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }]]);
  for (const [key, { integration, authorized, properties }] of Object.entries(methods)) {
    const [httpMethod = '', path = ''] = key.split(' ');
    let parent = '';
    for (const part of path.split('/').filter(Boolean)) {
      const full = `${parent}/${part}`;
      if (!ids.has(full)) {
        const logicalId = `Resource${ids.size}`;
        resources[logicalId] = {
          Type: 'AWS::ApiGateway::Resource',
          Properties: { RestApiId: api, ParentId: ids.get(parent), PathPart: part },
        };
        ids.set(full, { Ref: logicalId });
      }
      parent = full;
    }
    resources[`Method${Object.keys(resources).length}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: api,
        ResourceId: ids.get(parent),
        HttpMethod: httpMethod,
        AuthorizationType: authorized ? 'CUSTOM' : 'NONE',
        ...(authorized ? { AuthorizerId: { Ref: 'Authorizer' } } : {}),
        Integration: integration,
        ...properties,
      },
    };
  }
  for (const [type, properties] of Object.entries(options.gatewayResponses ?? {})) {
    resources[`Response${type.replaceAll('_', '')}`] = {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: { RestApiId: api, ResponseType: type, ...properties },
    };
  }
  return resources;
};

export interface Invoked {
  readonly functionArn: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of the event is what the tests look at
  readonly event: any;
  readonly sourceArn: string;
}

/** Functions that answer as a test says, and remember what they were asked. */
export const fakeFunctions = (answers: {
  readonly backend?: (event: unknown) => unknown;
  readonly guard?: (event: unknown) => unknown;
  readonly stream?: (
    event: unknown,
    signal: AbortSignal | undefined,
  ) => StreamedInvocation | Promise<StreamedInvocation>;
}) => {
  const invoked: Invoked[] = [];
  const invoker: FunctionInvoker = {
    invoke: async (functionArn, event, { caller }): Promise<Invocation> => {
      invoked.push({ functionArn, event, sourceArn: caller.sourceArn });
      const answer = functionArn.endsWith(':Guard') ? answers.guard : answers.backend;
      try {
        return { ok: true, result: await answer?.(event) };
      } catch (error) {
        const { name, message } = error as Error;
        return { ok: false, errorType: name, errorMessage: message };
      }
    },
    invokeStreaming: async (functionArn, event, { caller, signal }) => {
      invoked.push({ functionArn, event, sourceArn: caller.sourceArn });
      if (!answers.stream) throw new Error('not expected');
      return answers.stream(event, signal);
    },
  };
  return { invoker, invoked };
};

export const request = (
  method: string,
  target: string,
  init: { headers?: readonly (readonly [string, string])[]; body?: string | Buffer; signal?: AbortSignal } = {},
): EdgeRequest => {
  const [path = '', ...query] = target.split('?');
  return {
    method,
    path,
    query: query.join('?'),
    headers: init.headers ?? [],
    body: Buffer.from(init.body ?? ''),
    sourceIp: '198.51.100.7',
    signal: init.signal ?? new AbortController().signal,
  };
};

export const bodyOf = async ({ body }: EdgeResponse): Promise<string> => {
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

export const header = ({ headers }: EdgeResponse, name: string): string | undefined =>
  headers.findLast(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
