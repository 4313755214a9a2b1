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

/** An event of CloudFormation at deployment, of the daily schedule, or an operator's command. */
export type KeyRingEvent = CloudFormationCustomResourceEvent | { readonly RequestType?: undefined };

/** The key ring after a command, as shown to the operator. */
export interface RingSummary {
  readonly version: number;
  readonly keys: readonly { readonly kid: string; readonly keyArn: string; state: string; readonly since: string }[];
  readonly notBefore?: KeyRing['notBefore'];
}

/** The time that is kept for the response to CloudFormation, which would otherwise wait for an hour. */
const ANSWER_RESERVE_MS = 5000;

/** More conflicts than concurrent writers cause. Steps have a lower limit, because each can create a paid key. */
const MAX_LOST_STEPS = 3;
const MAX_LOST_CHANGES = 5;

/**
 * The only function that changes the signing keys and the not-before marks.
 *
 * @returns the key ring after a command. Undefined for the schedule and for CloudFormation.
 * @throws TypeError for an unknown command
 * @throws UnavailableError when other writers changed the key ring each time, or when a dependency fails
 */
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

/** Deleting the stack keeps the keys and the tables, because they are data. An output says how to delete the keys. */
const changeFor = async (deps: KeyRingDeps, event: CloudFormationCustomResourceEvent): Promise<void> => {
  if (event.RequestType === 'Delete') return;
  // CloudFormation makes the first call seconds after it created the role and its policy.
  const patient = { ...deps, ...whileRoleIsNew(deps) };
  await advance(patient, (ring) => ringForDeployment(ring, deps.schedule.accessTokenSeconds));
};

const runCommand = async (deps: KeyRingDeps, command: KeyRingCommand): Promise<RingSummary> => {
  if (command.action === 'setNotBefore') return summaryOf(await setMark(deps, command.scope));
  deps.log('admin_action', { action: command.isEmergency ? 'emergency_rotation' : 'rotation' });
  if (command.isEmergency) await replaceAllKeys(deps);
  // Only the first step is forced by the command. The others follow the schedule.
  let isForced = !command.isEmergency;
  const decide = (ring: KeyRing | undefined) => nextRing(ring, deps.now(), deps.schedule, isForced);
  await advance(deps, decide, () => {
    isForced = false;
  });
  const ring = await deps.keyRings.readLatestKeyRing();
  if (ring === undefined) throw new Error('the key ring is missing: restore the keys table, or deploy again');
  return summaryOf(ring);
};

/**
 * Takes steps until none is left. Each decision uses the stored ring, so runs can be missed or concurrent.
 *
 * @throws UnavailableError after `MAX_LOST_STEPS` conflicts with other writers
 */
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
  new UnavailableError('key ring', new Error(`another writer changed it ${times} times: try again`));

/** Takes one step. Returns false when another writer changed the ring first. */
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
  // All tokens signed with this key have expired. Schedule its deletion before the ring loses its ARN.
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

/** Logs every key that is new or whose state has changed. A promotion changes two keys. */
const changed = (deps: KeyRingDeps, former: KeyRing | undefined, ring: KeyRing): true => {
  const formerStates = new Map(former?.keys.map(({ kid, state }) => [kid, state]));
  for (const { kid, keyArn, state } of ring.keys) {
    if (formerStates.get(kid) !== state) deps.log('key_changed', { kid, keyArn, state, version: ring.version });
  }
  return true;
};

/** Replaces all keys. After a conflict, it tries again with the same new key and the latest ring. */
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
