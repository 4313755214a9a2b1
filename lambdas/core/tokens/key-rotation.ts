import { countMarks, liveMarks, withMark } from '../grants/not-before.ts';
import { activeKey, type KeyRing, type PublicJwk, type SigningKey } from './key-ring.ts';

/** A key that KMS has just made. */
export interface NewKey {
  readonly keyArn: string;
  readonly publicJwk: PublicJwk;
}

export interface RotationSchedule {
  /** Age at which the key that signs gets a successor. */
  readonly rotateAfterSeconds: number;
  /**
   * How long a key is published before it signs, and for how much longer than its last token it stays published: more
   * than any cache between the ring and whoever verifies, and than any difference of clocks.
   */
  readonly publishSeconds: number;
  /** Lifetime of the tokens that are signed at present. */
  readonly accessTokenSeconds: number;
}

/**
 * What the ring needs next. Each step ends in one conditional write of the ring that it gives; what it asks of KMS comes
 * first, may be asked twice, and harms nothing where the write is lost.
 */
export type RingStep =
  | { readonly step: 'none' }
  | { readonly step: 'create_key'; readonly ringWith: (key: NewKey, now: number) => KeyRing }
  | { readonly step: 'promote_key'; readonly ring: KeyRing }
  | { readonly step: 'delete_key'; readonly keyArn: string; readonly ring: KeyRing }
  | { readonly step: 'keep_record'; readonly ring: KeyRing };

/** The longest lifetime that the configuration allows: of a key about which nothing was recorded. */
const LONGEST_TOKEN_SECONDS = 86_400;

/**
 * Decides the next step of a rotation that runs itself (catalogue #109): create the next key and publish it, sign with
 * it after `publishSeconds`, publish its predecessor until its last token has expired, then have it deleted. Times count
 * from when a state was really entered, so runs may be missed, repeated or raced, and nothing is ever cut short.
 * @param ring undefined when none was stored yet
 * @param now epoch seconds
 * @param isForced whether somebody asked for a rotation, however young the key is
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
 * All that a deployment may do: a ring without a key that signs gets one, and longer-lived tokens are taken note of.
 * Whose turn it is to sign is never a deployment's business.
 */
export const ringForDeployment = (ring: KeyRing | undefined, accessTokenSeconds: number): RingStep => {
  const active = ring && activeKey(ring);
  if (ring === undefined || active === undefined) return createFirst(ring, accessTokenSeconds);
  return keepRecord(ring, active, accessTokenSeconds) ?? { step: 'none' };
};

/** The ring in an emergency: the new key signs at once, no other verifies, and whatever was issued before is void. */
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

/** Lifetimes may be shortened while long tokens are still about. */
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

/** A key that is in the state already stays as it is. */
const entering = (key: SigningKey, state: SigningKey['state'], now: number): SigningKey =>
  key.state === state ? key : { ...key, state, since: now };
