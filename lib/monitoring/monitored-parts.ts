import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { KeyRing } from '../data/key-ring.ts';
import type { Tables } from '../data/tables.ts';
import type { EndpointFunction } from '../functions/endpoint-function.ts';
import type { Endpoints } from '../functions/endpoints/index.ts';

/** The parts of a deployment that the alarms and the dashboard watch. */
export interface MonitoredParts {
  readonly authorizationServer: { readonly api: RestApi };
  readonly protectedResources: readonly { readonly api: RestApi }[];
  readonly authorizer: EndpointFunction;
  readonly endpoints: Endpoints;
  readonly keyRing: KeyRing;
  readonly tables: Tables;
}
