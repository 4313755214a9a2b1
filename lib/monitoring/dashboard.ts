import { Duration } from 'aws-cdk-lib';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  PeriodOverride,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../lambdas/core/metrics.ts';
import type { MonitoredParts } from './monitored-parts.ts';
import { ownMetric } from './own-metrics.ts';
import { errorRate, signingQuotaPercent, slowest, tableThrottles, throttles } from './watched-metrics.ts';

export interface DashboardProps {
  readonly parts: MonitoredParts;
}

/** One page with the metrics that the alarms watch, and the amount of traffic. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { parts }: DashboardProps) {
    super(scope, id);
    const { authorizationServer, protectedResources, authorizer, endpoints, tables } = parts;
    const apis = [authorizationServer, ...protectedResources].map(({ api }) => api);
    const { token, authorize, callback, register } = endpoints.functions;
    const busy = [authorizer, token, authorize, callback, register];
    const own = METRICS.map((name) => ownMetric(this, name));
    const written = [tables.clients, tables.transactions, tables.grants];
    const board = new CloudWatchDashboard(this, 'Board', {
      defaultInterval: Duration.days(1),
      periodOverride: PeriodOverride.INHERIT,
    });
    board.addWidgets(
      graph(
        'Requests',
        apis.map((api) => api.metricCount()),
      ),
      graph('Share of requests that fail', apis.map(errorRate)),
    );
    board.addWidgets(
      graph('Duration, 99th percentile (ms)', busy.map(slowest)),
      graph('Logins, clients and attacks', own),
    );
    board.addWidgets(
      graph('Throttled by Lambda and DynamoDB', [
        ...busy.map(throttles),
        ...written.map((table) => tableThrottles(table, 'Write')),
      ]),
      graph('RSA operations (% of the KMS quota)', [signingQuotaPercent()]),
    );
  }
}

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 });
