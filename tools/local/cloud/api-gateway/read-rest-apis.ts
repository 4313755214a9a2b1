import type { ResolvedTemplate, Resource } from '../resolved-template.ts';
import { attributeOf } from '../template/attributes.ts';
import { isRecord } from '../template/shape.ts';
import { assertDeployable } from './deployable.ts';
import type { Authorizer, GatewayResponse, Integration, Method, MethodSetting, RestApi, Route } from './model.ts';

const DEFAULT_TIMEOUT_MS = 29_000;
const DEFAULT_AUTHORIZER_TTL_SECONDS = 300;

/**
 * Reads every REST API of the template.
 *
 * @param timeLimitFactor how many times longer integrations and authorizers may take than in AWS
 * @throws Error with the logical id of a resource that AWS would refuse to deploy
 */
export const readRestApis = (template: ResolvedTemplate, timeLimitFactor = 1): RestApi[] => {
  const ofType = (type: string) =>
    template.resources.filter((resource) => resource.type === `AWS::ApiGateway::${type}`);
  return ofType('RestApi').map((api) => {
    const id = api.physicalId;
    const mine = (type: string) => ofType(type).filter((resource) => resource.properties.RestApiId === id);
    const stages = mine('Stage');
    const stage = stages[0];
    if (!stage || stages.length > 1) throw new Error(`${api.logicalId} has ${stages.length} stages, expected one`);
    const authorizers = new Map(mine('Authorizer').map((a) => [a.physicalId, readAuthorizer(a, timeLimitFactor)]));
    return {
      id,
      logicalId: api.logicalId,
      stageName: text(stage.properties.StageName),
      deploymentId: text(stage.properties.DeploymentId),
      routes: readRoutes(api, mine('Resource'), mine('Method'), authorizers, timeLimitFactor),
      gatewayResponses: new Map(mine('GatewayResponse').map((r) => [text(r.properties.ResponseType), readResponse(r)])),
      methodSettings: records(stage.properties.MethodSettings).map(readMethodSetting),
    };
  });
};

const readRoutes = (
  api: Resource,
  resources: readonly Resource[],
  methods: readonly Resource[],
  authorizers: ReadonlyMap<string, Authorizer>,
  timeLimitFactor: number,
): Route[] => {
  const root = attributeOf({ logicalId: api.logicalId, type: api.type, name: '' }, 'RootResourceId') ?? '';
  const byId = new Map(resources.map((resource) => [resource.physicalId, resource]));
  const pathOf = (id: string): string => {
    const resource = byId.get(id);
    return resource ? `${pathOf(text(resource.properties.ParentId))}/${text(resource.properties.PathPart)}` : '';
  };
  return [root, ...byId.keys()].map((resourceId) => ({
    resourceId,
    path: pathOf(resourceId) || '/',
    methods: new Map(
      methods
        .filter((method) => method.properties.ResourceId === resourceId)
        .map((method) => [text(method.properties.HttpMethod), readMethod(method, authorizers, timeLimitFactor)]),
    ),
  }));
};

const readMethod = (
  resource: Resource,
  authorizers: ReadonlyMap<string, Authorizer>,
  timeLimitFactor: number,
): Method => {
  const { logicalId, properties } = resource;
  const authorizer = authorizers.get(text(properties.AuthorizerId));
  if (properties.AuthorizationType === 'CUSTOM' && !authorizer) throw new Error(`${logicalId} has no authorizer`);
  const method: Method = {
    logicalId,
    httpMethod: text(properties.HttpMethod),
    authorizer: properties.AuthorizationType === 'CUSTOM' ? authorizer : undefined,
    integration: readIntegration(record(properties.Integration)),
  };
  assertDeployable(method, properties);
  const { integration } = method;
  return { ...method, integration: { ...integration, timeoutMs: integration.timeoutMs * timeLimitFactor } };
};

const readIntegration = (integration: Record<string, unknown>): Integration => ({
  type: text(integration.Type) as Integration['type'],
  uri: text(integration.Uri),
  httpMethod: text(integration.IntegrationHttpMethod),
  stream: integration.ResponseTransferMode === 'STREAM',
  timeoutMs: Number(integration.TimeoutInMillis ?? DEFAULT_TIMEOUT_MS),
  requestParameters: texts(integration.RequestParameters),
  requestTemplates: texts(integration.RequestTemplates),
  passthroughBehavior: text(integration.PassthroughBehavior) || 'WHEN_NO_MATCH',
  responses: records(integration.IntegrationResponses).map((response) => ({
    statusCode: Number(response.StatusCode),
    responseParameters: texts(response.ResponseParameters),
    responseTemplates: texts(response.ResponseTemplates),
  })),
});

const readAuthorizer = ({ physicalId, properties }: Resource, timeLimitFactor: number): Authorizer => ({
  id: physicalId,
  functionArn: functionArnOf(text(properties.AuthorizerUri)),
  identitySources: text(properties.IdentitySource)
    .split(',')
    .map((source) => source.trim())
    .filter(Boolean),
  resultTtlSeconds: Number(properties.AuthorizerResultTtlInSeconds ?? DEFAULT_AUTHORIZER_TTL_SECONDS),
  timeoutMs: DEFAULT_TIMEOUT_MS * timeLimitFactor,
});

const readResponse = ({ properties }: Resource): GatewayResponse => ({
  statusCode: properties.StatusCode === undefined ? undefined : Number(properties.StatusCode),
  responseParameters: texts(properties.ResponseParameters),
  responseTemplates: texts(properties.ResponseTemplates),
});

const readMethodSetting = (setting: Record<string, unknown>): MethodSetting => ({
  // `/` inside a path is written `~1` (JSON pointer), so `/items` appears here as `/~1items`.
  resourcePath: text(setting.ResourcePath)
    .replace(/^\/(?=~1)/, '')
    .replaceAll('~1', '/'),
  httpMethod: text(setting.HttpMethod),
  rateLimit: optionalNumber(setting.ThrottlingRateLimit),
  burstLimit: optionalNumber(setting.ThrottlingBurstLimit),
});

/** The function behind `arn:aws:apigateway:…:lambda:path/…/functions/<arn>/…invocations`. */
export const functionArnOf = (uri: string): string => /\/functions\/([^/]+)\//.exec(uri)?.[1] ?? '';

const text = (value: unknown): string => (value === undefined ? '' : String(value));
const optionalNumber = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const records = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const texts = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(record(value)).map(([name, inner]) => [name, text(inner)]));
