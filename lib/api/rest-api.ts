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
import { STAGE_NAME } from '../names.ts';

/** Requests per second that a route accepts, and how many may arrive at once. */
export interface Throttle {
  readonly perSecond: number;
  readonly burst: number;
}

/** The burst that thirteen regions allow an account by default. A larger limit there would never be reached. */
export const ACCOUNT_BURST = 1250;

export interface GatehouseRestApiProps {
  /** ASCII, and unique in the stack, because CloudWatch tells APIs apart by name. */
  readonly name: string;
  readonly description: string;
  /** For routes without a limit of their own. */
  readonly throttle: Throttle;
  /**
   * `/path/METHOD` → limit.
   *
   * @default every route has the limit of the API
   */
  readonly routeThrottles?: Readonly<Record<string, Throttle>>;
}

/** Creates a regional REST API: one stage behind CloudFront, throttled, with an access log that holds no secrets. */
export const makeRestApi = (scope: Construct, id: string, props: GatehouseRestApiProps): RestApi => {
  const accessLog = new LogGroup(scope, 'AccessLog', {
    retention: LOG_RETENTION,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const api = new RestApi(scope, id, {
    restApiName: `${Stack.of(scope).stackName} ${props.name}`,
    description: props.description,
    endpointConfiguration: { types: [EndpointType.REGIONAL] },
    // The role is a setting of the whole account. Only api-gateway-log-role.ts may change it.
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
  // Removes the output with the address of the stage, because every request must pass CloudFront.
  api.node.tryRemoveChild('Endpoint');
  acknowledge(api, {
    APIG2: 'The functions and MCP servers validate requests and respond with the errors of their specifications',
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
