import { countMarks, liveMarks, withMark } from '../grants/not-before.ts';
import { activeKey, type KeyRing, LONGEST_TOKEN_SECONDS, type PublicJwk, type SigningKey } from './key-ring.ts';

/** A key that was just created in KMS. */
export interface NewKey {
  readonly keyArn: string;
  readonly publicJwk: PublicJwk;
}

export interface RotationSchedule {
  /** The age at which the active key gets a successor. */
  readonly rotateAfterSeconds: number;
  /**
   * How long a key is published before it signs, and how long it stays published after its last token has expired.
   * It must exceed the lifetime of every cache between the key ring and a verifier, and every clock difference.
   */
  readonly publishSeconds: number;
  /** The lifetime of the tokens that are issued now. */
  readonly accessTokenSeconds: number;
}

/**
 * The next step of a rotation. Each step ends with one conditional write of the new ring. Its request to KMS comes
 * first. That request can safely be repeated, and does no harm if the write then fails.
 */
export type RingStep =
  | { readonly step: 'none' }
  | { readonly step: 'create_key'; readonly ringWith: (key: NewKey, now: number) => KeyRing }
  | { readonly step: 'promote_key'; readonly ring: KeyRing }
  | { readonly step: 'delete_key'; readonly keyArn: string; readonly ring: KeyRing }
  | { readonly step: 'keep_record'; readonly ring: KeyRing };

/**
 * Decides the next step of the automatic rotation (catalogue #109):
 *
 * 1. Create the next key and publish it.
 * 2. Sign with it after `publishSeconds`.
 * 3. Publish its predecessor until the last token has expired.
 * 4. Schedule the deletion of the predecessor.
 *
 * Every period starts when a key actually enters its state. Runs can therefore be missed, repeated or concurrent
 * without shortening a period.
 *
 * @param ring undefined when no ring is stored yet
 * @param now epoch seconds
 * @param isForced whether an operator requested the rotation, which ignores the age of the key
 */
export const nextRing = (
  ring: KeyRing | undefined,
  now: number,
  schedule: RotationSchedule,
  isForced = false,
): RingStep => {
  const active = ring && activeKey(ring);
  const next = ring?.keys.find(({ state }) => state === 'next');
  if (ring === undefined || active === undefined) {
    const isPromotable = ring !== undefined && next !== undefined;
    return isPromotable ? promote(ring, next, now, schedule) : createFirst(ring, schedule.accessTokenSeconds);
  }
  if (next !== undefined && now >= next.since + schedule.publishSeconds) return promote(ring, next, now, schedule);
  if (next === undefined && (isForced || now >= active.since + schedule.rotateAfterSeconds)) return createNext(ring);
  return keepRecord(ring, active, schedule.accessTokenSeconds) ?? cleanUp(ring, now, schedule) ?? { step: 'none' };
};

/**
 * Decides the next step of a deployment. It creates an active key if there is none, and records a longer token
 * lifetime. A deployment never changes which key signs.
 */
export const ringForDeployment = (ring: KeyRing | undefined, accessTokenSeconds: number): RingStep => {
  const active = ring && activeKey(ring);
  if (ring === undefined || active === undefined) return createFirst(ring, accessTokenSeconds);
  return keepRecord(ring, active, accessTokenSeconds) ?? { step: 'none' };
};

/**
 * Returns the ring after an emergency rotation: the new key signs at once, all other keys are withdrawn, and everything
 * that was issued before is void.
 *
 * @param now epoch seconds
 */
export const emergencyRing = (
  ring: KeyRing | undefined,
  key: NewKey,
  now: number,
  { accessTokenSeconds }: RotationSchedule,
): KeyRing => ({
  ...changed(ring, [
    ...(ring?.keys ?? []).map((other) => entering(other, 'withdrawn', now)),
    { ...signingKey(key), state: 'active', since: now, longestTokenSeconds: accessTokenSeconds },
  ]),
  notBefore: withMark(ring?.notBefore, { all: true }, now),
});

const createNext = (ring: KeyRing): RingStep => ({
  step: 'create_key',
  ringWith: (key, now) => changed(ring, [...ring.keys, { ...signingKey(key), state: 'next', since: now }]),
});

const createFirst = (ring: KeyRing | undefined, longestTokenSeconds: number): RingStep => ({
  step: 'create_key',
  ringWith: (key, now) =>
    changed(ring, [...(ring?.keys ?? []), { ...signingKey(key), state: 'active', since: now, longestTokenSeconds }]),
});

const promote = (ring: KeyRing, next: SigningKey, now: number, { accessTokenSeconds }: RotationSchedule): RingStep => ({
  step: 'promote_key',
  ring: changed(
    ring,
    ring.keys.map((key) => {
      if (key === next) return { ...entering(key, 'active', now), longestTokenSeconds: accessTokenSeconds };
      return key.state === 'active' ? entering(withTokens(key, accessTokenSeconds), 'retiring', now) : key;
    }),
  ),
});

/** Records only longer lifetimes, because tokens with the former lifetime may still be valid. */
const keepRecord = (ring: KeyRing, active: SigningKey, accessTokenSeconds: number): RingStep | undefined => {
  if ((active.longestTokenSeconds ?? 0) >= accessTokenSeconds) return undefined;
  const keys = ring.keys.map((key) => (key === active ? withTokens(key, accessTokenSeconds) : key));
  return { step: 'keep_record', ring: changed(ring, keys) };
};

const cleanUp = (ring: KeyRing, now: number, schedule: RotationSchedule): RingStep | undefined => {
  const done = ring.keys.find((key) => isDone(key, now, schedule));
  if (done !== undefined) {
    const keys = ring.keys.filter((key) => key !== done);
    return { step: 'delete_key', keyArn: done.keyArn, ring: changed(ring, keys) };
  }
  if (ring.notBefore === undefined) return undefined;
  const notBefore = liveMarks(ring.notBefore, now);
  if (countMarks(notBefore) === countMarks(ring.notBefore)) return undefined;
  return { step: 'keep_record', ring: { ...changed(ring, ring.keys), notBefore } };
};

const isDone = (
  { state, since, longestTokenSeconds = LONGEST_TOKEN_SECONDS }: SigningKey,
  now: number,
  { publishSeconds }: RotationSchedule,
): boolean => state === 'withdrawn' || (state === 'retiring' && now >= since + longestTokenSeconds + publishSeconds);

const changed = (ring: KeyRing | undefined, keys: readonly SigningKey[]): KeyRing => ({
  ...ring,
  version: (ring?.version ?? 0) + 1,
  keys,
});

const signingKey = ({ keyArn, publicJwk }: NewKey) => ({ kid: publicJwk.kid, keyArn, publicJwk });

const withTokens = (key: SigningKey, accessTokenSeconds: number): SigningKey => ({
  ...key,
  longestTokenSeconds: Math.max(key.longestTokenSeconds ?? accessTokenSeconds, accessTokenSeconds),
});

/** Keeps `since` if the key is already in this state. */
const entering = (key: SigningKey, state: SigningKey['state'], now: number): SigningKey =>
  key.state === state ? key : { ...key, state, since: now };
