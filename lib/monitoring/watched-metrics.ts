import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EndpointFunction } from '../functions/endpoint-function.ts';

// Metrics that AWS provides without charge: of each function, API and table, and of KMS for the account.

/** The share of an API's requests that failed with 5xx, from 0 to 1. */
export const errorRate = (api: RestApi): Metric => api.metricServerError({ statistic: 'Average' });

/** The 99th percentile of a function's duration, in milliseconds. */
export const slowest = ({ lambda }: EndpointFunction): Metric => lambda.metricDuration({ statistic: 'p99' });

export const throttles = ({ lambda }: EndpointFunction): Metric => lambda.metricThrottles({ statistic: 'Sum' });

export const tableThrottles = (table: Table, operation: 'Read' | 'Write'): Metric =>
  table.metric(`${operation}ThrottleEvents`, { statistic: 'Sum' });

/**
 * All RSA operations of the account in this region, in percent of its current KMS quota. The period is one minute, because
 * KMS counts usage by the minute.
 */
export const signingQuotaPercent = (): MathExpression =>
  new MathExpression({
    label: 'RSA operations, percent of the KMS quota',
    period: Duration.minutes(1),
    expression: '100 * usage / SERVICE_QUOTA(usage)',
    usingMetrics: {
      usage: new Metric({
        namespace: 'AWS/Usage',
        metricName: 'CallCount',
        dimensionsMap: { Service: 'KMS', Type: 'API', Resource: 'CryptographicOperationsRsa', Class: 'None' },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
    },
  });
