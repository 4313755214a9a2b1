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

/** One page that says how things stand: the same metrics that the alarms watch, and how much there is to do. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, parts: MonitoredParts) {
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
      graph('Part of the requests that fail', apis.map(errorRate)),
    );
    board.addWidgets(graph('Slowest hundredth (ms)', busy.map(slowest)), graph('Logins, clients and attacks', own));
    board.addWidgets(
      graph('Turned away by Lambda and DynamoDB', [
        ...busy.map(throttles),
        ...written.map((table) => tableThrottles(table, 'Write')),
      ]),
      graph('RSA operations of KMS (% of the quota)', [signingQuotaPercent()]),
    );
  }
}

const graph = (title: string, left: IMetric[]): GraphWidget => new GraphWidget({ title, left, width: 12 });
