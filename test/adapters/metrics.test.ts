import type { EventFields, EventName } from '../../lambdas/core/events.ts';
import { METRICS } from '../../lambdas/core/metrics.ts';
import { measuredLog } from '../../lambdas/runtime/adapters/log.ts';

const FACTS = { requestId: 'r-1', clientId: 'client-1', grantId: 'grant-1' };
const FAILED = { requestId: 'r-1', clientId: 'client-1', identityProvider: 'google', detail: 'd' };

const lineOf = <Name extends EventName>(event: Name, fields: EventFields[Name], stack: string | undefined) => {
  const lines: string[] = [];
  measuredLog(stack, (line) => void lines.push(line))(event, fields);
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
};
const countedBy = <Name extends EventName>(event: Name, fields: EventFields[Name]) => {
  const line = lineOf(event, fields, 'Gatehouse');
  return METRICS.filter((name) => line[name] !== undefined);
};

describe('Custom metrics in the embedded metric format', () => {
  it('are in the line of the event itself, with the stack as the only dimension', () => {
    const line = lineOf('code_replayed', FACTS, 'Gatehouse');
    expect(line).toMatchObject({
      event: 'code_replayed',
      requestId: 'r-1',
      Stack: 'Gatehouse',
      CodesReplayed: 1,
      _aws: {
        CloudWatchMetrics: [
          { Namespace: 'Gatehouse', Dimensions: [['Stack']], Metrics: [{ Name: 'CodesReplayed', Unit: 'Count' }] },
        ],
      },
    });
    expect(line._aws.Timestamp).toBe(Date.parse(line.time));
  });

  it.each([
    ['login_succeeded', { ...FACTS, identityProvider: 'google' }, ['LoginsSucceeded']],
    ['login_failed', { ...FAILED, reason: 'denied' }, ['LoginsFailed']],
    ['login_failed', { ...FAILED, reason: 'not_allowed' }, ['LoginsFailed']],
    ['login_failed', { ...FAILED, reason: 'no_scope' }, ['LoginsFailed']],
    ['login_failed', { ...FAILED, reason: 'rejected' }, ['LoginsFailed', 'UpstreamErrors']],
    ['login_failed', { ...FAILED, reason: 'misconfigured' }, ['LoginsFailed', 'UpstreamErrors']],
    ['login_failed', { ...FAILED, reason: 'unavailable' }, ['LoginsFailed', 'UpstreamErrors']],
    ['login_failed', { ...FAILED, reason: 'rejected', isFromBrowser: true }, ['LoginsFailed']],
    ['login_failed', { ...FAILED, reason: 'misconfigured', isFromBrowser: true }, ['LoginsFailed']],
    ['login_failed', { ...FAILED, reason: 'unavailable', isFromBrowser: true }, ['LoginsFailed']],
    ['code_replayed', FACTS, ['CodesReplayed']],
    ['refresh_reuse_detected', FACTS, ['RefreshReuse']],
    ['client_registered', { requestId: 'r', clientId: 'c', authMethod: 'none', isNew: true }, ['ClientsRegistered']],
    ['client_registered', { requestId: 'r', clientId: 'c', authMethod: 'none', isNew: false }, []],
    ['limit_hit', { requestId: 'r', clientId: 'c', limit: 'failures' }, ['LimitsHit']],
    ['upstream_rechecked', { ...FACTS, identityProvider: 'google', outcome: 'unavailable' }, ['UpstreamErrors']],
    ['upstream_rechecked', { ...FACTS, identityProvider: 'google', outcome: 'refused' }, []],
    ['authorizer_failed', { requestId: 'r', detail: 'd' }, ['AuthorizerFailures']],
    ['authorizer_denied', { requestId: 'r', reason: 'expired' }, []],
    ['code_issued', FACTS, []],
  ] as const)('%s %j counts %j', (event, fields, metrics) => {
    expect(countedBy(event, fields as EventFields[typeof event])).toEqual(metrics);
  });

  it('are not written unless they are configured', () => {
    expect(Object.keys(lineOf('code_replayed', FACTS, undefined))).toEqual([
      'time',
      'event',
      'requestId',
      'clientId',
      'grantId',
    ]);
  });
});
