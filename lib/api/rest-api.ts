import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { ACCESS_LOG_FORMAT, LOG_RETENTION } from '../functions/logs.ts';

/** Written out wherever it is needed: a reference to the stage would close a cycle through the distribution. */
export const STAGE_NAME = 'prod';

/** Requests per second that a route takes, and how many may come at once. */
export interface Throttle {
  readonly perSecond: number;
  readonly burst: number;
}

export interface GatehouseRestApiProps {
  /** ASCII, unique within the stack: CloudWatch tells APIs apart by name. */
  readonly name: string;
  readonly description: string;
  /** For routes without one of their own. */
  readonly throttle: Throttle;
  /** `/path/METHOD` → limit. */
  readonly routeThrottles?: Readonly<Record<string, Throttle>>;
}

/** A regional REST API as all of ours are: one stage behind CloudFront, throttled, with an access log that holds no secret. */
export const makeRestApi = (scope: Construct, id: string, props: GatehouseRestApiProps): RestApi => {
  const accessLog = new LogGroup(scope, 'AccessLog', {
    retention: LOG_RETENTION,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const api = new RestApi(scope, id, {
    restApiName: `${Stack.of(scope).stackName} ${props.name}`,
    description: props.description,
    endpointConfiguration: { types: [EndpointType.REGIONAL] },
    // One setting of the whole account: never changed in passing (see api-gateway-log-role.ts).
    cloudWatchRole: false,
    deployOptions: {
      stageName: STAGE_NAME,
      accessLogDestination: new LogGroupLogDestination(accessLog),
      accessLogFormat: AccessLogFormat.custom(ACCESS_LOG_FORMAT),
      ...toSettings(props.throttle),
      methodOptions: Object.fromEntries(
        Object.entries(props.routeThrottles ?? {}).map(([route, throttle]) => [route, toSettings(throttle)]),
      ),
    },
  });
  // The address of the stage is nobody's business: everything is reached through CloudFront.
  api.node.tryRemoveChild('Endpoint');
  acknowledge(api, {
    APIG2:
      'The functions and MCP servers validate requests themselves and answer with the errors of their specifications',
  });
  acknowledge(api.deploymentStage, {
    APIG6: 'Execution logs would write Authorization headers and query strings; the access log has neither',
  });
  return api;
};

const toSettings = ({ perSecond, burst }: Throttle): MethodDeploymentOptions => ({
  throttlingRateLimit: perSecond,
  throttlingBurstLimit: burst,
});
