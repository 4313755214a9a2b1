import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** How long every log is kept. For a longer audit trail, export the logs to an archive. */
export const LOG_RETENTION = RetentionDays.ONE_MONTH;

/**
 * One line of the access log. It has no query strings, which carry codes and states, and no headers, which carry tokens.
 * `path` is the route, never the requested URL.
 */
export const ACCESS_LOG_FORMAT = JSON.stringify({
  time: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  method: '$context.httpMethod',
  path: '$context.resourcePath',
  status: '$context.status',
  responseLatencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  responseBytes: '$context.responseLength',
  errorType: '$context.error.responseType',
  integrationStatus: '$context.integration.status',
  integrationError: '$context.integration.error',
  authorizerStatus: '$context.authorizer.status',
  authorizerError: '$context.authorizer.error',
  authorizerLatencyMs: '$context.authorizer.latency',
  clientId: '$context.authorizer.clientId',
});
