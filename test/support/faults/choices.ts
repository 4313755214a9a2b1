import type { FlowUnderFaults } from './flow.ts';
import type { Fault, RecordedCall } from './injection/faults.ts';
import { type FaultKind, kindsOf } from './injection/kinds.ts';
import { upstreamKindsOf } from './injection/upstream-kinds.ts';
import type { Choose } from './walk.ts';

type Choice = Pick<Fault, 'kind' | 'attempts'>;

/** What the SDK tries again by itself. */
const RETRIED: ReadonlySet<FaultKind> = new Set(['failed', 'throttled', 'dropped', 'lost', 'silent', 'lost-silently']);

const kindsAt = ({ service, ...call }: RecordedCall, flow: FlowUnderFaults): readonly Fault['kind'][] =>
  service === 'upstream'
    ? upstreamKindsOf(call.action)
    : kindsOf({ ...call, service }).filter((kind) => {
        if (kind === 'refused') return !flow.isFinal && canLoseARace(call);
        // Where an index that lags is all there is, what it does not show yet is not seen.
        return kind !== 'stale' || flow.readsIndexTwice === true;
      });

/** A row under an id that was just made up cannot be there already; a client's is the same whoever wrote it. */
const canLoseARace = ({ action, resource = '' }: Pick<RecordedCall, 'action' | 'resource'>): boolean =>
  /Assertions/.test(resource) || (action === 'UpdateItem' && !/Clients/.test(resource));

const KILLS: ReadonlySet<Fault['kind']> = new Set(['killed-before', 'killed-after']);
/** The two ends of it: nothing was carried out, or all of it was, and no attempt is answered. */
const QUICK: ReadonlySet<Fault['kind']> = new Set(['failed', 'lost', 'refused', 'stale', 'down', 'rubbish']);

/** Each walk over what only a cold function asks for begins with a new one, which takes half a second. */
const QUICK_COLD: ReadonlySet<Fault['kind']> = new Set(['failed', 'down']);

export const quickFaults: Choose = ({ call, isCold }, flow) => {
  const name = `${call.action} ${call.resource}`;
  if (flow.ownCalls?.test(name) === false) return [];
  const quick = isCold ? QUICK_COLD : QUICK;
  return kindsAt(call, flow)
    .filter((kind) => quick.has(kind) || (KILLS.has(kind) && flow.commit?.test(name)))
    .map((kind) => ({ kind }));
};

/** Every kind, for all attempts of a call and, where the SDK tries again, for the first alone. */
export const everyFault: Choose = ({ call }, flow) =>
  kindsAt(call, flow).flatMap((kind): readonly Choice[] =>
    // A tool call is never sent twice: it may have done something.
    call.service !== 'upstream' && call.service !== 'lambda' && RETRIED.has(kind as FaultKind)
      ? [{ kind }, { kind, attempts: 'first' }]
      : [{ kind }],
  );
