import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { makeAlarmTopic } from './alarm-topic.ts';
import type { MonitoredParts } from './monitored-parts.ts';
import { ownMetric } from './own-metrics.ts';
import { errorRate, signingQuotaPercent, slowest, tableThrottles, throttles } from './watched-metrics.ts';

type Watched = Metric | MathExpression;

interface AlarmProps {
  /** A sentence for whoever is woken by it. */
  readonly meaning: string;
  /** Heading of docs/runbook/alarms.md, as an anchor. */
  readonly runbook: string;
  /** At most ten, which is what CloudWatch takes: the largest one counts, and what has no data does not. */
  readonly metrics: readonly Watched[];
  readonly atLeast: number;
  /** @default 5 minutes */
  readonly period?: Duration;
  /** How many of the last three periods; @default the last one is enough */
  readonly ofThreePeriods?: number;
}

export interface AlarmsProps {
  readonly parts: MonitoredParts;
  /** Who is told by mail. */
  readonly email: string | undefined;
}

/**
 * At most ten alarms. docs/runbook/alarms.md has an entry for each. Neither clients nor people nor providers are told apart:
 * whoever can choose such a name could otherwise make metrics, and bills, without end.
 */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { parts, email }: AlarmsProps) {
    super(scope, id);
    this.topic = makeAlarmTopic(this, email);
    this.#watchErrors(parts);
    this.#watchAttacks();
    this.#watchLimits(parts);
  }

  #watchErrors({ authorizationServer, protectedResources, authorizer, endpoints, keyRing }: MonitoredParts): void {
    this.#alarm('AuthorizationServerErrors', {
      meaning: '1 % or more of the requests to the authorization server fail',
      runbook: 'the-authorization-server-fails',
      metrics: [errorRate(authorizationServer.api)],
      atLeast: 0.01,
      ofThreePeriods: 2,
    });
    this.#alarm('McpServerErrors', {
      meaning: '1 % or more of the requests to an MCP server fail behind the door',
      runbook: 'an-mcp-server-fails',
      metrics: protectedResources.map(({ api }) => errorRate(api)),
      atLeast: 0.01,
      ofThreePeriods: 2,
    });
    this.#alarm('KeyTrouble', {
      meaning: 'The authorizer cannot check tokens, or the run that looks after the signing keys failed',
      runbook: 'trouble-with-the-signing-keys',
      metrics: [ownMetric(this, 'AuthorizerFailures'), keyRing.manager.lambda.metricErrors({ statistic: 'Sum' })],
      atLeast: 1,
    });
    this.#alarm('UpstreamErrors', {
      meaning: 'Logins fail because an identity provider is down, or no longer knows us',
      runbook: 'an-identity-provider-is-down',
      metrics: [ownMetric(this, 'UpstreamErrors')],
      atLeast: 5,
    });
    const { token, register, jwks } = endpoints.functions;
    this.#alarm('Slow', {
      meaning: 'The slowest hundredth of the requests takes three seconds and more',
      runbook: 'requests-are-slow',
      // Not those that wait for a provider, which shows in UpstreamErrors, or for the document of any stranger's client.
      metrics: [authorizer, token, register, jwks].map(slowest),
      atLeast: 3000,
      ofThreePeriods: 3,
    });
  }

  #watchAttacks(): void {
    this.#alarm('CodeReplayed', {
      meaning: 'An authorization code was redeemed twice, by two who both held its verifier',
      runbook: 'a-code-was-replayed',
      metrics: [ownMetric(this, 'CodesReplayed')],
      atLeast: 1,
    });
    this.#alarm('RefreshReuse', {
      meaning: 'Refresh tokens that were used up come back: stolen, or a client that loses answers',
      runbook: 'refresh-tokens-are-reused',
      metrics: [ownMetric(this, 'RefreshReuse')],
      atLeast: 5,
      period: Duration.minutes(15),
    });
    this.#alarm('Flood', {
      meaning: 'Far more clients register than usual, or far more of them hit a limit',
      runbook: 'a-flood-of-registrations-or-failures',
      // A limit that is hit is said once in its window, so fifty of them are fifty clients or persons.
      metrics: [ownMetric(this, 'ClientsRegistered'), tenfold(ownMetric(this, 'LimitsHit'))],
      atLeast: 500,
      period: Duration.hours(1),
    });
  }

  #watchLimits({ authorizer, endpoints, tables }: MonitoredParts): void {
    this.#alarm('SigningNearQuota', {
      meaning: 'RSA operations are at 60 % of the quota of KMS in this region; beyond it no token can be issued',
      runbook: 'signing-nears-the-kms-quota',
      metrics: [signingQuotaPercent()],
      atLeast: 60,
      period: Duration.minutes(1),
      ofThreePeriods: 3,
    });
    const { clients, transactions, grants, keys } = tables;
    const { token, authorize, callback } = endpoints.functions;
    this.#alarm('Throttled', {
      meaning: 'Lambda or DynamoDB turns requests away',
      runbook: 'requests-are-throttled',
      metrics: [
        ...[authorizer, token, authorize, callback].map(throttles),
        ...[clients, grants, keys].map((table) => tableThrottles(table, 'Read')),
        ...[clients, transactions, grants].map((table) => tableThrottles(table, 'Write')),
      ],
      atLeast: 1,
    });
  }

  #alarm(id: string, props: AlarmProps): void {
    const { meaning, runbook, metrics, atLeast, period = Duration.minutes(5), ofThreePeriods } = props;
    const alarm = largest(metrics)
      .with({ period })
      .createAlarm(this, id, {
        alarmDescription: `Gatehouse: ${meaning}. See docs/runbook/alarms.md#${runbook}`,
        threshold: atLeast,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: ofThreePeriods === undefined ? 1 : 3,
        datapointsToAlarm: ofThreePeriods ?? 1,
        // Nothing happened is no news.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    const action = new SnsAction(this.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

const tenfold = (metric: Metric): MathExpression =>
  new MathExpression({ expression: '10 * counted', usingMetrics: { counted: metric } });

const largest = (metrics: readonly Watched[]): Watched => {
  const [sole, ...others] = metrics;
  if (sole !== undefined && others.length === 0) return sole;
  const named = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: `MAX([${Object.keys(named).join(', ')}])`, usingMetrics: named });
};
