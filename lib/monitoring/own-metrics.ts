import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { ENVIRONMENT, METRICS_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../lambdas/core/settings.ts';
import type { EndpointFunction } from '../functions/endpoint-function.ts';

/** Lets functions count: they write metrics with their log lines, which takes no right and no call. */
export const letCount = (functions: readonly EndpointFunction[]): void => {
  for (const counting of functions) counting.bind(ENVIRONMENT.metricsStack, Stack.of(counting).stackName);
};

/** A metric of our own, as the functions write it. */
export const ownMetric = (scope: Construct, metricName: MetricName): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { [METRICS_DIMENSION]: Stack.of(scope).stackName },
    statistic: 'Sum',
  });
