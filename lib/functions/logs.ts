import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** How long every log is kept. Audit beyond that belongs to an archive. */
export const LOG_RETENTION = RetentionDays.ONE_MONTH;

/**
 * One access log line. Neither query strings nor headers: those of /authorize and /callback carry codes and states,
 * Authorization carries tokens. `path` is the route, never the URL that was asked for.
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
  authorizerStatus: '$context.authorizer.status',
  authorizerError: '$context.authorizer.error',
  authorizerLatencyMs: '$context.authorizer.latency',
  clientId: '$context.authorizer.clientId',
});
