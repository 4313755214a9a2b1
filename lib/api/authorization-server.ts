import { LambdaIntegration, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { AUTHORIZATION_SERVER_ROUTES, type Endpoints } from '../functions/endpoints/index.ts';
import { addPreflight } from './cors.ts';
import { addAuthorizationServerResponses } from './gateway-responses.ts';
import { addLogo, LOGO_ROUTE } from './logo-route.ts';
import { makeRestApi } from './rest-api.ts';

/**
 * The REST API of the authorization server. It is created in two steps: the empty API, then `serve`. The distribution
 * needs the API, and the endpoints need the distribution's domain.
 */
export class AuthorizationServer extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.api = makeRestApi(this, 'Api', {
      name: 'authorization server',
      description: 'Gatehouse: authorization server',
      // This applies to preflights. Every other route has its own limit.
      throttle: { perSecond: 100, burst: 200 },
      routeThrottles: Object.fromEntries(
        [...AUTHORIZATION_SERVER_ROUTES, LOGO_ROUTE].flatMap(({ path, methods, throttle }) =>
          methods.map((method) => [`${path}/${method}`, throttle] as const),
        ),
      ),
    });
    addAuthorizationServerResponses(this.api);
  }

  /**
   * Adds the routes.
   *
   * @param logo an SVG document; without one the route of the logo answers 404
   */
  serve(endpoints: Endpoints, logo?: string): void {
    addLogo(this.api.root, logo);
    for (const route of AUTHORIZATION_SERVER_ROUTES) {
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
