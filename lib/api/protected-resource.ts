import { Duration } from 'aws-cdk-lib';
import {
  AuthorizationType,
  HttpIntegration,
  IdentitySource,
  type Integration,
  type IResource,
  LambdaIntegration,
  RequestAuthorizer,
  ResponseTransferMode,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { resourceMetadataUrl } from '../../lambdas/core/authorization/resources.ts';
import type { ScopeDefinitions } from '../../lambdas/core/authorization/scopes.ts';
import { IDENTITY_HEADERS } from '../../lambdas/core/mcp/identity-headers.ts';
import * as settings from '../../lambdas/core/settings.ts';
import { acknowledge } from '../acknowledge.ts';
import type { ServerConfiguration } from '../config/configuration.ts';
import { challengeScopes, needsInspector, requiredScopes, toolRules } from '../config/rules.ts';
import { ORIGIN_HEADER } from '../edge/viewer-request.ts';
import { EndpointFunction } from '../functions/endpoint-function.ts';
import { ExistingFunctionBackend } from '../functions/existing-function-backend.ts';
import { addPreflight, MCP_METHODS } from './cors.ts';
import { addProtectedResourceAnswers } from './gateway-responses.ts';
import { makeRestApi } from './rest-api.ts';

const STREAMED = { responseTransferMode: ResponseTransferMode.STREAM, timeout: Duration.minutes(15) };

export interface ProtectedResourceProps {
  readonly path: string;
  readonly server: ServerConfiguration;
}

type Backend =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'lambda'; readonly lambda: IFunction; readonly existingFunction?: ExistingFunctionBackend };

/** What stands behind the door, made once the distribution's domain is known. */
export interface ProtectedResourceParts {
  readonly issuer: string;
  /** Every scope with what it implies. */
  readonly scopes: ScopeDefinitions;
  readonly authorizer: EndpointFunction;
  /** Where requests are counted, for servers that limit them. */
  readonly counters: Table;
  /** The function behind backends of kind `example`. */
  readonly example: () => EndpointFunction;
}

/**
 * One MCP server behind the door: a REST API of its own, since the challenge of a gateway response belongs to a whole
 * API. Made in two steps, as the authorization server is.
 */
export class ProtectedResource extends Construct {
  readonly api: RestApi;
  readonly path: string;
  readonly #server: ServerConfiguration;
  #inspector: EndpointFunction | undefined;

  constructor(scope: Construct, id: string, { path, server }: ProtectedResourceProps) {
    super(scope, id);
    this.path = path;
    this.#server = server;
    this.api = makeRestApi(this, 'Api', {
      name: `MCP server ${path}`,
      description: `Gatehouse: MCP server ${path}`,
      throttle: { perSecond: 1000, burst: 2000 },
    });
  }

  serve({ issuer, scopes, authorizer, counters, example }: ProtectedResourceParts): void {
    addProtectedResourceAnswers(this.api, {
      metadataUrl: resourceMetadataUrl(issuer, this.path),
      scopes: challengeScopes(this.#server),
    });
    const guard = new RequestAuthorizer(this, 'Authorizer', {
      handler: authorizer.lambda,
      identitySources: [IdentitySource.header('Authorization')],
      resultsCacheTtl: Duration.seconds(0),
    });
    const backend = this.#backendOf(example);
    if (needsInspector(this.#server)) this.#inspector = this.#makeInspector({ issuer, scopes, counters }, backend);
    const integrate = this.#integrationOf(backend);
    const resource = this.api.root.resourceForPath(this.path);
    this.#addMethods(resource, guard, (method) => integrate(method, ''));
    this.#addMethods(resource.addResource('{proxy+}'), guard, (method) => integrate(method, '/{proxy}'));
  }

  /** Reads operations out of bodies and counts requests, where rules ask for it. */
  get inspector(): EndpointFunction | undefined {
    return this.#inspector;
  }

  #backendOf(example: () => EndpointFunction): Backend {
    const { backend } = this.#server;
    if (backend.kind === 'http') return { kind: 'http', url: backend.url };
    if (backend.kind === 'example') return { kind: 'lambda', lambda: example().lambda };
    const existingFunction = new ExistingFunctionBackend(this, 'Backend', backend.functionArn, this.api);
    return { kind: 'lambda', lambda: existingFunction.lambda, existingFunction };
  }

  /** GET, which has no body, goes straight to the backend; DELETE may have one that a backend reads like that of POST. */
  #integrationOf(backend: Backend): Integrate {
    const direct = backend.kind === 'http' ? httpIntegration(backend.url) : () => streamed(backend.lambda);
    const inspected = this.#inspector;
    if (!inspected) return direct;
    return (method, rest) => (method === 'GET' ? direct(method, rest) : streamed(inspected.lambda));
  }

  #makeInspector(
    { issuer, scopes, counters }: Pick<ProtectedResourceParts, 'issuer' | 'scopes' | 'counters'>,
    backend: Backend,
  ): EndpointFunction {
    const { requestsPerMinute } = this.#server.rateLimit ?? {};
    const inspector = new EndpointFunction(this, 'Inspector', {
      folder: 'inspector',
      description: `applies the rules of ${this.path} to requests`,
      timeout: STREAMED.timeout,
    })
      .set(settings.issuer, issuer)
      .set(settings.scopes, scopes)
      .set(settings.inspectedServer, {
        path: this.path,
        requiredScopes: requiredScopes(this.#server),
        rules: toolRules(this.#server) ?? {},
        ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
        backend: backend.kind === 'http' ? backend : { kind: 'lambda', functionArn: backend.lambda.functionArn },
      });
    if (requestsPerMinute !== undefined) inspector.bindTable(settings.countersTable, counters, 'UpdateItem');
    if (backend.kind === 'lambda') {
      inspector.allow(['lambda:InvokeFunction'], backend.lambda.functionArn);
      backend.existingFunction?.grantInvoke(inspector.role);
    }
    return inspector;
  }

  #addMethods(resource: IResource, guard: RequestAuthorizer, integrate: (method: string) => Integration): void {
    for (const method of MCP_METHODS) {
      const guarded = resource.addMethod(method, integrate(method), {
        authorizer: guard,
        authorizationType: AuthorizationType.CUSTOM,
        ...(resource.path.endsWith('{proxy+}') ? { requestParameters: { 'method.request.path.proxy': true } } : {}),
      });
      acknowledge(guarded, {
        COG4: 'The authorizer verifies the tokens that this authorization server issues (RFC 9068)',
      });
    }
    addPreflight(resource, MCP_METHODS);
  }
}

type Integrate = (method: string, rest: '' | '/{proxy}') => Integration;

const streamed = (lambda: IFunction): Integration =>
  // One permission for the whole API: one for each method would take a stack of several servers beyond 500 resources.
  new LambdaIntegration(lambda, { ...STREAMED, scopePermissionToMethod: false });

const httpIntegration =
  (url: string): Integrate =>
  (method, rest) =>
    new HttpIntegration(rest ? `${url.replace(/\/$/, '')}${rest}` : url, {
      httpMethod: method,
      proxy: true,
      options: { ...STREAMED, requestParameters: identityParameters(rest !== '') },
    });

const identityParameters = (hasRest: boolean): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(IDENTITY_HEADERS).map(([key, header]) => [
      `integration.request.header.${header}`,
      `context.authorizer.${key}`,
    ]),
  ),
  // API Gateway cannot take a header out; the secret in it is not for backends.
  [`integration.request.header.${ORIGIN_HEADER}`]: `'-'`,
  ...(hasRest ? { 'integration.request.path.proxy': 'method.request.path.proxy' } : {}),
});
