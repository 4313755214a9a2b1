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
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { resourceMetadataUrl } from '../../lambdas/core/authorization/resources.ts';
import type { ScopeDefinitions } from '../../lambdas/core/authorization/scopes.ts';
import { IDENTITY_HEADERS } from '../../lambdas/core/mcp/identity-headers.ts';
import * as settings from '../../lambdas/core/settings.ts';
import { acknowledge } from '../acknowledge.ts';
import { credentialHeaders } from '../config/backends.ts';
import type { ServerConfiguration } from '../config/configuration.ts';
import { challengeScopes, needsInspector, requiredScopes, toolRules } from '../config/rules.ts';
import { EndpointFunction } from '../functions/endpoint-function.ts';
import { ExistingFunctionBackend } from '../functions/existing-function-backend.ts';
import { ORIGIN_HEADER } from '../names.ts';
import { addPreflight, GUARDED_METHODS, MCP_METHODS } from './cors.ts';
import { addProtectedResourceResponses } from './gateway-responses.ts';
import { ACCOUNT_BURST, makeRestApi } from './rest-api.ts';

const STREAMED = { responseTransferMode: ResponseTransferMode.STREAM, timeout: Duration.minutes(15) };

export interface ProtectedResourceProps {
  /** Path of the MCP server, from the root of the issuer. */
  readonly path: string;
  readonly server: ServerConfiguration;
}

type Backend =
  | { readonly kind: 'http'; readonly url: string }
  | {
      readonly kind: 'lambda';
      readonly lambda: IFunction;
      readonly existingFunction?: ExistingFunctionBackend;
      /** Whether the function streams, or returns its response in one piece. */
      readonly streaming: boolean;
    };

/** The parts that exist once the distribution's domain is known. */
export interface ProtectedResourceParts {
  readonly issuer: string;
  /** Every scope, and the scopes it implies. */
  readonly scopes: ScopeDefinitions;
  readonly authorizer: EndpointFunction;
  /** Path of a server → secret with its credential headers. */
  readonly secrets: Readonly<Record<string, CfnSecret>>;
  /** Counts requests, for servers with a rate limit. */
  readonly counters: Table;
  /** Whether `WWW-Authenticate` of an integration reaches the client under its name. */
  readonly challengesArrive: boolean;
  /** Returns the function of backends of the kind `example`. */
  readonly example: () => EndpointFunction;
}

/**
 * The REST API of one MCP server. Each server has its own API, because the challenge of a gateway response is the same
 * for a whole API. Like the authorization server, it is created in two steps: the empty API, then `serve`.
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
      throttle: { perSecond: 1000, burst: ACCOUNT_BURST },
    });
  }

  serve({ authorizer, example, ...parts }: ProtectedResourceParts): void {
    addProtectedResourceResponses(this.api, {
      metadataUrl: resourceMetadataUrl(parts.issuer, this.path),
      scopes: challengeScopes(this.#server),
    });
    const guard = new RequestAuthorizer(this, 'Authorizer', {
      handler: authorizer.lambda,
      identitySources: [IdentitySource.header('Authorization')],
      resultsCacheTtl: Duration.seconds(0),
    });
    const backend = this.#backendOf(example);
    if (needsInspector(this.#server)) this.#inspector = this.#makeInspector(parts, backend);
    const integrate = this.#integrationOf(backend);
    const resource = this.api.root.resourceForPath(this.path);
    this.#addMethods(resource, guard, (method) => integrate(method, ''));
    this.#addMethods(resource.addResource('{proxy+}'), guard, (method) => integrate(method, '/{proxy}'));
  }

  /** The event of the inspector has the query only decoded, and an HTTP backend gets it byte for byte. */
  get needsRawQuery(): boolean {
    return this.#server.backend.kind === 'http' && needsInspector(this.#server);
  }

  /** Origins whose pages may call the server; undefined for any. */
  get allowedOrigins(): readonly string[] | undefined {
    return this.#server.allowedOrigins;
  }

  /** The headers by which the server knows that a request came through Gatehouse. */
  get credentialHeaders(): readonly string[] {
    return credentialHeaders(this.#server);
  }

  /** Applies rules to bodies, limits rates and adds credentials; undefined if the server needs none of these. */
  get inspector(): EndpointFunction | undefined {
    return this.#inspector;
  }

  #backendOf(example: () => EndpointFunction): Backend {
    const { backend } = this.#server;
    if (backend.kind === 'http') return { kind: 'http', url: backend.url };
    if (backend.kind === 'example') return { kind: 'lambda', lambda: example().lambda, streaming: true };
    const existingFunction = new ExistingFunctionBackend(this, 'Backend', {
      functionArn: backend.functionArn,
      api: this.api,
    });
    return { kind: 'lambda', lambda: existingFunction.lambda, existingFunction, streaming: backend.streaming };
  }

  /**
   * GET has no body and goes straight to the backend, unless the inspector must add credentials. A backend may read the
   * body of DELETE like that of POST.
   */
  #integrationOf(backend: Backend): Integrate {
    const direct = backend.kind === 'http' ? httpIntegration(backend.url) : () => lambdaIntegration(backend);
    const inspected = this.#inspector;
    if (!inspected) return direct;
    const skipsInspector = (method: string) => method === 'GET' && this.credentialHeaders.length === 0;
    return (method, rest) =>
      skipsInspector(method) ? direct(method, rest) : lambdaIntegration({ lambda: inspected.lambda, streaming: true });
  }

  #makeInspector(
    { issuer, scopes, counters, challengesArrive, secrets }: Omit<ProtectedResourceParts, 'authorizer' | 'example'>,
    backend: Backend,
  ): EndpointFunction {
    const { requestsPerMinute } = this.#server.rateLimit ?? {};
    const [headers, secret] = [this.credentialHeaders, secrets[this.path]];
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
        ...(challengesArrive ? { challengesArrive } : {}),
        backend:
          backend.kind === 'http'
            ? { ...backend, ...(secret === undefined ? {} : { credentials: { headers, secretId: secret.ref } }) }
            : { kind: 'lambda', functionArn: backend.lambda.functionArn },
      });
    if (secret !== undefined) inspector.grantReadSecrets([secret]);
    if (requestsPerMinute !== undefined) inspector.bindTable(settings.countersTable, counters, 'UpdateItem');
    if (backend.kind === 'lambda') {
      inspector.allow(['lambda:InvokeFunction'], backend.lambda.functionArn);
      backend.existingFunction?.grantInvoke(inspector.role);
    }
    return inspector;
  }

  #addMethods(resource: IResource, guard: RequestAuthorizer, integrate: (method: string) => Integration): void {
    for (const method of GUARDED_METHODS) {
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

const lambdaIntegration = ({ lambda, streaming }: { lambda: IFunction; streaming: boolean }): Integration =>
  // One permission for the whole API: one for each method would push a stack of several servers over 500 resources.
  new LambdaIntegration(lambda, { ...(streaming ? STREAMED : {}), scopePermissionToMethod: false });

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
  // Backends must not see the secret, and API Gateway cannot remove a header.
  [`integration.request.header.${ORIGIN_HEADER}`]: `'-'`,
  ...(hasRest ? { 'integration.request.path.proxy': 'method.request.path.proxy' } : {}),
});
