import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRICS_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../lambdas/core/metrics.ts';
import { metricsStack } from '../../lambdas/core/settings.ts';
import type { EndpointFunction } from '../functions/endpoint-function.ts';

/** Lets functions publish metrics in their log lines, which needs no permission and no call. */
export const enableMetrics = (functions: readonly EndpointFunction[]): void => {
  for (const publisher of functions) publisher.set(metricsStack, Stack.of(publisher).stackName);
};

/** One of Gatehouse's own metrics, as the functions write it. */
export const ownMetric = (scope: Construct, metricName: MetricName): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { [METRICS_DIMENSION]: Stack.of(scope).stackName },
    statistic: 'Sum',
  });
