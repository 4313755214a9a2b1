import type { FlowUnderFaults } from './flow.ts';
import type { Fault, RecordedCall } from './injection/faults.ts';
import { type FaultKind, kindsOf, WRITES } from './injection/kinds.ts';
import { upstreamKindsOf } from './injection/upstream-kinds.ts';
import type { Choose } from './walk.ts';

type Choice = Pick<Fault, 'kind' | 'attempts'>;

/** Faults after which the SDK retries. */
const RETRIED: ReadonlySet<FaultKind> = new Set(['failed', 'throttled', 'dropped', 'lost', 'silent', 'lost-silently']);

const kindsAt = ({ service, ...call }: RecordedCall, flow: FlowUnderFaults): readonly Fault['kind'][] =>
  service === 'upstream'
    ? upstreamKindsOf(call.action)
    : kindsOf({ ...call, service }).filter((kind) => {
        if (kind === 'refused') return !flow.isFinal && canLoseARace(call);
        // A flow that reads a lagging index only once cannot see a row that the index does not have yet.
        return kind !== 'stale' || flow.readsIndexTwice === true;
      });

/** A row under a new random id cannot exist already, and a client's row is the same for every writer. */
const canLoseARace = ({ action, resource = '' }: Pick<RecordedCall, 'action' | 'resource'>): boolean =>
  /Assertions/.test(resource) || (action === 'UpdateItem' && !/Clients/.test(resource));

const KILLS: ReadonlySet<Fault['kind']> = new Set(['killed-before', 'killed-after']);

/**
 * The two extremes: the call was not executed, or it was executed, and no attempt gets an answer. A provider is down or
 * answers rubbish. A walk over the calls of a cold function starts a new environment each time, so it tries only one.
 */
const quickKinds = ({ service }: RecordedCall, isCold: boolean): readonly Fault['kind'][] => {
  if (service === 'upstream') return isCold ? ['down'] : ['down', 'rubbish'];
  return isCold ? ['failed'] : ['failed', 'lost', 'refused', 'stale'];
};

/** What a later flow tries at a write that an earlier flow has tried in full: the write happened, the reply is lost. */
const LOST: readonly Fault['kind'][] = ['lost'];

/**
 * The faults of one run of `npm test`. A call meets every quick kind in the first flow that makes it, and the first call
 * of a flow does too. A write is lost in every flow, since what follows it differs.
 */
export const newQuickFaults = (): Choose => {
  const known = new Set<string>();
  const begun = new Set<FlowUnderFaults>();
  return ({ call, isCold }, flow) => {
    const name = `${call.action} ${call.resource}`;
    if (flow.ownCalls?.test(name) === false) return [];
    // Every failed read of a service becomes the same error in a function, so one of each is enough.
    const isRead = /^(Get|Query|Decrypt)/.test(call.action);
    const place = `${call.functionLogicalId} ${call.service} ${isRead ? '' : `${name} ${call.nth}`}`;
    const isNew = !known.has(place) || !begun.has(flow);
    known.add(place);
    begun.add(flow);
    if (!isNew && (isCold || !WRITES.test(call.action))) return [];
    const quick = isNew ? quickKinds(call, isCold) : LOST;
    return kindsAt(call, flow)
      .filter((kind) => quick.includes(kind) || (KILLS.has(kind) && flow.commit?.test(name)))
      .map((kind) => ({ kind }));
  };
};

/** Every kind for all attempts of a call and, where the SDK retries, also for the first attempt only. */
export const everyFault: Choose = ({ call }, flow) =>
  kindsAt(call, flow).flatMap((kind): readonly Choice[] =>
    // A tool call is never sent twice, because it may have had an effect.
    call.service !== 'upstream' && call.service !== 'lambda' && RETRIED.has(kind as FaultKind)
      ? [{ kind }, { kind, attempts: 'first' }]
      : [{ kind }],
  );
