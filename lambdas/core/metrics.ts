import type { EventFields, EventName } from './events.ts';

/** CloudWatch namespace of the metrics below, and their only dimension. Clients and providers are not dimensions. */
export const METRICS_NAMESPACE = 'Gatehouse';
export const METRICS_DIMENSION = 'Stack';

/** Gatehouse's own metrics. Each one costs money, so each counts something that no AWS service counts for free. */
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

/** The metrics that each event counts towards. */
const COUNTERS: Counters = {
  login_succeeded: () => ['LoginsSucceeded'],
  // An alarm watches UpstreamErrors, so a failure that a browser reports, and could have made up, is not counted.
  login_failed: ({ reason, isFromBrowser }) =>
    UPSTREAM_FAULTS.has(reason) && !isFromBrowser ? ['LoginsFailed', 'UpstreamErrors'] : ['LoginsFailed'],
  upstream_rechecked: ({ outcome }) => (outcome === 'unavailable' ? ['UpstreamErrors'] : []),
  code_replayed: () => ['CodesReplayed'],
  refresh_reuse_detected: () => ['RefreshReuse'],
  client_registered: ({ isNew }) => (isNew ? ['ClientsRegistered'] : []),
  limit_hit: () => ['LimitsHit'],
  authorizer_failed: () => ['AuthorizerFailures'],
};

/** Faults of the provider or of its configuration, as opposed to decisions of a user or of an access rule. */
const UPSTREAM_FAULTS: ReadonlySet<EventFields['login_failed']['reason']> = new Set([
  'rejected',
  'misconfigured',
  'unavailable',
]);

/** Returns the metrics that this event counts towards, each by one. */
export const metricsOf = <Name extends EventName>(event: Name, fields: EventFields[Name]): readonly MetricName[] =>
  COUNTERS[event]?.(fields) ?? [];
