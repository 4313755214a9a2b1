import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { describeError } from '../core/describe-error.ts';
import { type MarkScope, withMark } from '../core/grants/not-before.ts';
import { UnavailableError } from '../core/oauth-error.ts';
import type { KeyRing } from '../core/tokens/key-ring.ts';
import {
  emergencyRing,
  nextRing,
  type RingStep,
  type RotationSchedule,
  ringForDeployment,
} from '../core/tokens/key-rotation.ts';
import type { Clock, KeyRingWriter, Log, SigningKeyMaker } from '../runtime/ports/index.ts';
import type { AnswerCloudFormation } from './cloudformation.ts';
import { type KeyRingCommand, parseCommand } from './command.ts';
import { whileRoleIsNew } from './new-role.ts';

export interface KeyRingDeps {
  readonly keyRings: KeyRingWriter;
  readonly keyMaker: SigningKeyMaker;
  readonly schedule: RotationSchedule;
  readonly answer: AnswerCloudFormation;
  readonly now: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/** CloudFormation at deployment, the daily schedule, or an administrator's command. */
export type KeyRingEvent = CloudFormationCustomResourceEvent | { readonly RequestType?: undefined };

/** The ring as a command leaves it: what there is to see of it. */
export interface RingSummary {
  readonly version: number;
  readonly keys: readonly { readonly kid: string; readonly keyArn: string; state: string; readonly since: string }[];
  readonly notBefore?: KeyRing['notBefore'];
}

/** Kept back from the function's own timeout for the answer to CloudFormation, which otherwise waits for an hour. */
const ANSWER_RESERVE_MS = 5000;

/** More writers than ever meet. A step may make a key, and keys cost; a change of the ring alone costs nothing. */
const MAX_LOST_STEPS = 3;
const MAX_LOST_CHANGES = 5;

/** The one owner of the signing keys and of the not-before marks, whoever calls. */
export const keyRingHandler =
  (deps: KeyRingDeps) =>
  async (event: KeyRingEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<RingSummary | undefined> => {
    if (event.RequestType === undefined) {
      const command = parseCommand(event);
      if (command !== undefined) return runCommand(deps, command);
      await advance(deps, (ring) => nextRing(ring, deps.now(), deps.schedule));
      return undefined;
    }
    const failure = await beforeTimeout(() => changeFor(deps, event), context).then(() => undefined, describeError);
    await deps.answer(event, failure);
    return undefined;
  };

/** A stack that goes leaves its keys: they are data, and stay with the tables. An output says how to delete them. */
const changeFor = async (deps: KeyRingDeps, event: CloudFormationCustomResourceEvent): Promise<void> => {
  if (event.RequestType === 'Delete') return;
  // The first call of all comes seconds after the role and its policy.
  const patient = { ...deps, ...whileRoleIsNew(deps) };
  await advance(patient, (ring) => ringForDeployment(ring, deps.schedule.accessTokenSeconds));
};

const runCommand = async (deps: KeyRingDeps, command: KeyRingCommand): Promise<RingSummary> => {
  if (command.action === 'setNotBefore') return summaryOf(await setMark(deps, command.scope));
  deps.log('admin_action', { action: command.isEmergency ? 'emergency_rotation' : 'rotation' });
  if (command.isEmergency) await replaceAllKeys(deps);
  // The first step that is taken is what was asked for; the others are the daily run's.
  let isForced = !command.isEmergency;
  const decide = (ring: KeyRing | undefined) => nextRing(ring, deps.now(), deps.schedule, isForced);
  await advance(deps, decide, () => {
    isForced = false;
  });
  const ring = await deps.keyRings.readLatestKeyRing();
  if (ring === undefined) throw new Error('the key ring is gone: restore the keys table, or deploy again');
  return summaryOf(ring);
};

/** Step by step until nothing is left to do. Each is decided anew by what is stored, so runs may be missed or meet. */
const advance = async (
  deps: KeyRingDeps,
  decide: (ring: KeyRing | undefined) => RingStep,
  onTaken: () => void = () => undefined,
): Promise<void> => {
  for (let lost = 0; lost < MAX_LOST_STEPS; ) {
    const ring = await deps.keyRings.readLatestKeyRing();
    const step = decide(ring);
    if (step.step === 'none') return;
    if (await take(deps, step, ring)) onTaken();
    else lost += 1;
  }
  throw outrun(MAX_LOST_STEPS);
};

const outrun = (times: number): UnavailableError =>
  new UnavailableError('key ring', new Error(`somebody else wrote it ${times} times in between: try again`));

/** False when somebody else wrote the ring first. */
const take = async (
  deps: KeyRingDeps,
  step: Exclude<RingStep, { step: 'none' }>,
  former: KeyRing | undefined,
): Promise<boolean> => {
  if (step.step === 'create_key') {
    const key = await createKey(deps);
    const ring = step.ringWith(key, deps.now());
    if ((await deps.keyRings.replaceKeyRing(ring, former?.version)) === 'replaced') return changed(deps, former, ring);
    await deps.keyMaker.discardSigningKey(key.keyArn);
    deps.log('key_changed', { keyArn: key.keyArn, state: 'deletion_scheduled' });
    return false;
  }
  // Its tokens have expired, so that it may be told KMS before the ring forgets where the key was.
  if (step.step === 'delete_key') await deps.keyMaker.discardSigningKey(step.keyArn);
  if ((await deps.keyRings.replaceKeyRing(step.ring, former?.version)) === 'lost') return false;
  if (step.step === 'delete_key') deps.log('key_changed', { keyArn: step.keyArn, state: 'deletion_scheduled' });
  return step.step === 'promote_key' ? changed(deps, former, step.ring) : true;
};

const createKey = async (deps: KeyRingDeps) => {
  const key = await deps.keyMaker.createSigningKey();
  deps.log('key_created', { kid: key.publicJwk.kid, keyArn: key.keyArn });
  return key;
};

/** Says which keys are in another state than before, or new: a promotion moves two. */
const changed = (deps: KeyRingDeps, former: KeyRing | undefined, ring: KeyRing): true => {
  const formerStates = new Map(former?.keys.map(({ kid, state }) => [kid, state]));
  for (const { kid, keyArn, state } of ring.keys) {
    if (formerStates.get(kid) !== state) deps.log('key_changed', { kid, keyArn, state, version: ring.version });
  }
  return true;
};

/** Not to be lost against any other writer: the same new key is tried again on whatever ring there is. */
const replaceAllKeys = async (deps: KeyRingDeps): Promise<void> => {
  const key = await createKey(deps);
  const { former, ring } = await retryOnConflict(deps, (latest) =>
    emergencyRing(latest, key, deps.now(), deps.schedule),
  );
  changed(deps, former, ring);
};

const setMark = async (deps: KeyRingDeps, scope: MarkScope): Promise<KeyRing> => {
  const { ring: marked } = await retryOnConflict(deps, (ring) => {
    if (ring === undefined) throw new Error('there is no key ring yet: the first deployment has not finished');
    return { ...ring, version: ring.version + 1, notBefore: withMark(ring.notBefore, scope, deps.now()) };
  });
  deps.log('admin_action', { action: 'set_not_before', ...loggedScope(scope) });
  return marked;
};

const loggedScope = (scope: MarkScope) => {
  if ('all' in scope) return { scope: 'all' } as const;
  if ('clientId' in scope) return { scope: 'clientId', ...scope } as const;
  if ('subject' in scope) return { scope: 'subject', ...scope } as const;
  return { scope: 'erasedSubject', subject: scope.erasedSubject } as const;
};

const retryOnConflict = async (
  deps: KeyRingDeps,
  change: (ring: KeyRing | undefined) => KeyRing,
): Promise<{ readonly former: KeyRing | undefined; readonly ring: KeyRing }> => {
  for (let count = 0; count < MAX_LOST_CHANGES; count += 1) {
    const former = await deps.keyRings.readLatestKeyRing();
    const ring = change(former);
    if ((await deps.keyRings.replaceKeyRing(ring, former?.version)) === 'replaced') return { former, ring };
  }
  throw outrun(MAX_LOST_CHANGES);
};

const summaryOf = ({ version, keys, notBefore }: KeyRing): RingSummary => ({
  version,
  keys: keys.map(({ kid, keyArn, state, since }) => ({
    kid,
    keyArn,
    state,
    since: new Date(since * 1000).toISOString(),
  })),
  ...(notBefore === undefined ? {} : { notBefore }),
});

const beforeTimeout = async (
  work: () => Promise<void>,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const waitMs = context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS;
    timer = setTimeout(() => reject(new Error('the first signing key was not ready in time: deploy again')), waitMs);
  });
  try {
    await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
};
