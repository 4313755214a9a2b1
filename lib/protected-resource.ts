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
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { BackendConfiguration, ServerConfiguration } from './config.ts';
import { requiredScopes } from './config-rules.ts';
import { addPreflight } from './cors.ts';
import type { EndpointFunction } from './endpoint-function.ts';
import { addProtectedResourceAnswers } from './gateway-responses.ts';
import { makeRestApi } from './rest-api.ts';

/** Methods of the streamable HTTP transport; GET and DELETE for revisions before 2026-07-28. */
const MCP_METHODS = ['POST', 'GET', 'DELETE'];

const STREAMED = { responseTransferMode: ResponseTransferMode.STREAM, timeout: Duration.minutes(15) };

/** Headers by which an HTTP backend learns who calls → key of the authorizer's context, which always has all of them. */
export const IDENTITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Gatehouse-Subject': 'subject',
  'X-Gatehouse-Upstream-Subject': 'upstreamSubject',
  'X-Gatehouse-Email': 'email',
  'X-Gatehouse-Name': 'name',
  'X-Gatehouse-Scopes': 'scopes',
  'X-Gatehouse-Client-Id': 'clientId',
  'X-Gatehouse-Identity-Provider': 'identityProvider',
};

export interface ProtectedResourceProps {
  readonly path: string;
  readonly server: ServerConfiguration;
}

/** What stands behind the door, made once the distribution's domain is known. */
export interface ProtectedResourceParts {
  readonly issuer: string;
  readonly authorizer: EndpointFunction;
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

  constructor(scope: Construct, id: string, { path, server }: ProtectedResourceProps) {
    super(scope, id);
    this.path = path;
    this.#server = server;
    this.api = makeRestApi(this, 'Api', {
      description: `Gatehouse: MCP server ${path}`,
      throttle: { perSecond: 1000, burst: 2000 },
    });
  }

  serve({ issuer, authorizer, example }: ProtectedResourceParts): void {
    addProtectedResourceAnswers(this.api, {
      metadataUrl: `${issuer}/.well-known/oauth-protected-resource${this.path}`,
      scopes: requiredScopes(this.#server),
    });
    const guard = new RequestAuthorizer(this, 'Authorizer', {
      handler: authorizer.lambda,
      identitySources: [IdentitySource.header('Authorization')],
      resultsCacheTtl: Duration.seconds(0),
    });
    const integrate = integrationOf(this.#server.backend, example);
    const resource = this.api.root.resourceForPath(this.path);
    this.#addMethods(resource, guard, (method) => integrate(method, ''));
    this.#addMethods(resource.addResource('{proxy+}'), guard, (method) => integrate(method, '/{proxy}'));
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

/** Method and rest of the path → integration, streamed in any case. */
const integrationOf = (
  backend: BackendConfiguration,
  example: () => EndpointFunction,
): ((method: string, rest: '' | '/{proxy}') => Integration) => {
  if (backend.kind === 'http') {
    return (method, rest) =>
      new HttpIntegration(rest ? `${backend.url.replace(/\/$/, '')}${rest}` : backend.url, {
        httpMethod: method,
        proxy: true,
        options: { ...STREAMED, requestParameters: identityParameters(rest !== '') },
      });
  }
  const { lambda } = example();
  return () => new LambdaIntegration(lambda, { ...STREAMED, allowTestInvoke: false });
};

const identityParameters = (hasRest: boolean): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries(IDENTITY_HEADERS).map(([header, key]) => [
      `integration.request.header.${header}`,
      `context.authorizer.${key}`,
    ]),
  ),
  ...(hasRest ? { 'integration.request.path.proxy': 'method.request.path.proxy' } : {}),
});
