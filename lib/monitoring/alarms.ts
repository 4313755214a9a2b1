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
  /** What is wrong, in one sentence for the operator. */
  readonly meaning: string;
  /** Anchor of a heading in docs/runbook/alarms.md. */
  readonly runbook: string;
  /** At most ten, the limit of CloudWatch. The largest value counts, and missing data does not. */
  readonly metrics: readonly Watched[];
  /** The alarm goes off at this value. */
  readonly atLeast: number;
  /** @default 5 minutes */
  readonly period?: Duration;
  /**
   * How many of the last three periods must reach the value.
   *
   * @default only the last period counts
   */
  readonly ofThreePeriods?: number;
}

export interface AlarmsProps {
  readonly parts: MonitoredParts;
  /**
   * Address that alarms are mailed to.
   *
   * @default no address; the operator subscribes to the topic
   */
  readonly email?: string | undefined;
}

/**
 * At most ten alarms, each with an entry in docs/runbook/alarms.md. No metric has a dimension for clients, users or
 * providers: a caller that chooses such names could create metrics, and costs, without limit.
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
      meaning: '1 % or more of the requests to an MCP server fail',
      runbook: 'an-mcp-server-fails',
      metrics: protectedResources.map(({ api }) => errorRate(api)),
      atLeast: 0.01,
      ofThreePeriods: 2,
    });
    this.#alarm('KeyTrouble', {
      meaning: 'The authorizer cannot check tokens, or the daily run for the signing keys failed',
      runbook: 'trouble-with-the-signing-keys',
      metrics: [ownMetric(this, 'AuthorizerFailures'), keyRing.manager.lambda.metricErrors({ statistic: 'Sum' })],
      atLeast: 1,
    });
    this.#alarm('UpstreamErrors', {
      meaning: 'Logins fail because an identity provider is down or refuses our credentials',
      runbook: 'an-identity-provider-is-down',
      metrics: [ownMetric(this, 'UpstreamErrors')],
      atLeast: 5,
    });
    const { token, register, jwks } = endpoints.functions;
    this.#alarm('Slow', {
      meaning: 'The slowest 1 % of requests take three seconds or more',
      runbook: 'requests-are-slow',
      // Not functions that wait for an identity provider (UpstreamErrors watches it) or for the host of any client.
      metrics: [authorizer, token, register, jwks].map(slowest),
      atLeast: 3000,
      ofThreePeriods: 3,
    });
  }

  #watchAttacks(): void {
    this.#alarm('CodeReplayed', {
      meaning: 'An authorization code was used twice, both times with the right code verifier',
      runbook: 'a-code-was-replayed',
      metrics: [ownMetric(this, 'CodesReplayed')],
      atLeast: 1,
    });
    this.#alarm('RefreshReuse', {
      meaning: 'Used refresh tokens were presented again: they were stolen, or a client loses responses',
      runbook: 'refresh-tokens-are-reused',
      metrics: [ownMetric(this, 'RefreshReuse')],
      atLeast: 5,
      period: Duration.minutes(15),
    });
    this.#alarm('Flood', {
      meaning: 'Far more clients than usual register or hit a rate limit',
      runbook: 'a-flood-of-registrations-or-failures',
      // Each limit is reported once in its window, so fifty reports are fifty clients or users.
      metrics: [ownMetric(this, 'ClientsRegistered'), tenfold(ownMetric(this, 'LimitsHit'))],
      atLeast: 500,
      period: Duration.hours(1),
    });
  }

  #watchLimits({ authorizer, endpoints, tables }: MonitoredParts): void {
    this.#alarm('SigningNearQuota', {
      meaning: 'RSA operations use 60 % of the KMS quota in this region; at 100 % no token can be issued',
      runbook: 'signing-nears-the-kms-quota',
      metrics: [signingQuotaPercent()],
      atLeast: 60,
      period: Duration.minutes(1),
      ofThreePeriods: 3,
    });
    const { clients, transactions, grants, keys } = tables;
    const { token, authorize, callback } = endpoints.functions;
    this.#alarm('Throttled', {
      meaning: 'Lambda or DynamoDB throttles requests',
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
        // Missing data means no traffic; do not alarm.
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
