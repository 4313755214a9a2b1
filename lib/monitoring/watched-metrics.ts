import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EndpointFunction } from '../functions/endpoint-function.ts';

// What AWS counts for nothing: Lambda per function, API Gateway per API, DynamoDB per table, KMS per account.

/** Part of an API's requests that ended with 5xx, from 0 to 1. */
export const errorRate = (api: RestApi): Metric => api.metricServerError({ statistic: 'Average' });

/** The slowest hundredth of a function's calls, in milliseconds. */
export const slowest = ({ lambda }: EndpointFunction): Metric => lambda.metricDuration({ statistic: 'p99' });

export const throttles = ({ lambda }: EndpointFunction): Metric => lambda.metricThrottles({ statistic: 'Sum' });

export const tableThrottles = (table: Table, operation: 'Read' | 'Write'): Metric =>
  table.metric(`${operation}ThrottleEvents`, { statistic: 'Sum' });

/**
 * RSA operations of the account in this region, ours and everybody's, in percent of the quota of KMS as it stands, raised
 * or not. Read minute by minute, as usage is counted.
 */
export const signingQuotaPercent = (): MathExpression =>
  new MathExpression({
    label: 'RSA operations of KMS, percent of the quota',
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
