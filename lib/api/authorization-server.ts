import { LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { authorizationServerRoutes, type Endpoints } from '../functions/endpoints/index.ts';
import { addPreflight } from './cors.ts';
import { addAuthorizationServerResponses } from './gateway-responses.ts';
import { addLogo } from './logo-route.ts';
import { makeRestApi } from './rest-api.ts';

export interface AuthorizationServerProps {
  /** Paths of the MCP servers, which have metadata here. */
  readonly serverPaths: readonly string[];
}

/**
 * The REST API of the authorization server. It is created in two steps: the empty API, then `serve`. The distribution
 * needs the API, and the endpoints need the distribution's domain.
 */
export class AuthorizationServer extends Construct {
  readonly api: RestApi;
  readonly #routes: ReturnType<typeof authorizationServerRoutes>;

  constructor(scope: Construct, id: string, { serverPaths }: AuthorizationServerProps) {
    super(scope, id);
    this.#routes = authorizationServerRoutes(serverPaths);
    this.api = makeRestApi(this, 'Api', {
      name: 'authorization server',
      description: 'Gatehouse: authorization server',
      // This applies to preflights. Every other route has its own limit.
      throttle: { perSecond: 100, burst: 200 },
      routeThrottles: Object.fromEntries(
        this.#routes.flatMap(({ path, methods, throttle }) =>
          methods.map((method) => [`${path}/${method}`, throttle] as const),
        ),
      ),
    });
    addAuthorizationServerResponses(this.api);
  }

  /**
   * Adds the routes.
   *
   * @param logo an SVG document
   */
  serve(endpoints: Endpoints, logo?: string): void {
    if (logo !== undefined) addLogo(this.api.root, logo);
    for (const route of this.#routes) {
      const resource = this.api.root.resourceForPath(route.path);
      for (const method of route.methods) {
        const open = resource.addMethod(
          method,
          new LambdaIntegration(endpoints.functions[route.endpoint].lambda, { allowTestInvoke: false }),
        );
        acknowledge(open, { APIG4: route.publicBecause, COG4: route.publicBecause });
      }
      if (route.preflight) addPreflight(resource, route.methods);
    }
  }
}
