import type { EventFields, EventName } from './events.ts';

/** CloudWatch namespace of the metrics below, and their only dimension: neither client nor provider is one. */
export const METRICS_NAMESPACE = 'Gatehouse';
export const METRICS_DIMENSION = 'Stack';

/** Gatehouse's own metrics, each a count of something that no AWS service counts for free. Each one has a price. */
export const METRICS = [
  'LoginsSucceeded',
  'LoginsFailed',
  'UpstreamErrors',
  'CodesReplayed',
  'RefreshReuse',
  'ClientsRegistered',
  'LimitsHit',
  'AuthorizerFailures',
] as const;

export type MetricName = (typeof METRICS)[number];

type Counters = { readonly [Name in EventName]?: (fields: EventFields[Name]) => readonly MetricName[] };

/** Which events are counted, and as what. */
const COUNTERS: Counters = {
  login_succeeded: () => ['LoginsSucceeded'],
  // What a browser brings can be made up, and an alarm watches this: it counts what a stranger cannot cause.
  login_failed: ({ reason, isFromBrowser }) =>
    UPSTREAM_FAULTS.has(reason) && !isFromBrowser ? ['LoginsFailed', 'UpstreamErrors'] : ['LoginsFailed'],
  upstream_rechecked: ({ outcome }) => (outcome === 'unavailable' ? ['UpstreamErrors'] : []),
  code_replayed: () => ['CodesReplayed'],
  refresh_reuse_detected: () => ['RefreshReuse'],
  client_registered: ({ isNew }) => (isNew ? ['ClientsRegistered'] : []),
  limit_hit: () => ['LimitsHit'],
  authorizer_failed: () => ['AuthorizerFailures'],
};

/** The provider's fault, or that of what was agreed with it; not a person's decision, and not ours about a person. */
const UPSTREAM_FAULTS: ReadonlySet<EventFields['login_failed']['reason']> = new Set([
  'rejected',
  'misconfigured',
  'unavailable',
]);

/** The metrics that one more event of this kind is counted by. */
export const metricsOf = <Name extends EventName>(event: Name, fields: EventFields[Name]): readonly MetricName[] =>
  COUNTERS[event]?.(fields) ?? [];
