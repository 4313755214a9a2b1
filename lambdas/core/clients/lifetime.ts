const DAY_SECONDS = 86_400;

/** Days a client lives after it was registered or last used for a login. */
const CLIENT_LIFE_DAYS = 90;

/** Given on top at each extension, so that at most one login in this many days pays for a write. */
const EXTENSION_STEP_DAYS = 7;

/** A client with a secret that nobody logs in with goes after a day: each registration of one is a new row. */
const NEVER_USED_CONFIDENTIAL_CLIENT_SECONDS = DAY_SECONDS;

/**
 * The new end of a client's life when it is due for one, else undefined.
 *
 * @param expiresAt its present end in epoch seconds; undefined for clients that never expire
 * @param refreshTokenAbsoluteDays the longest life of a grant, which its client must outlive (catalogue #182)
 */
export const extendedClientExpiry = (
  expiresAt: number | undefined,
  now: number,
  refreshTokenAbsoluteDays = CLIENT_LIFE_DAYS,
): number | undefined => {
  const needed = now + Math.max(CLIENT_LIFE_DAYS, refreshTokenAbsoluteDays) * DAY_SECONDS;
  return expiresAt === undefined || expiresAt >= needed ? undefined : needed + EXTENSION_STEP_DAYS * DAY_SECONDS;
};

/** The end of the life of a client that a person just logged in with, in epoch seconds. */
export const usedClientExpiry = (now: number, refreshTokenAbsoluteDays: number): number =>
  now + (Math.max(CLIENT_LIFE_DAYS, refreshTokenAbsoluteDays) + EXTENSION_STEP_DAYS) * DAY_SECONDS;

/**
 * The first end of a client's life, in epoch seconds. A public one gets the whole life at once: it may have registered
 * weeks before its first person logs in, and does not register again by itself (decision 12).
 */
export const firstClientExpiry = (isConfidential: boolean, now: number): number =>
  isConfidential
    ? now + NEVER_USED_CONFIDENTIAL_CLIENT_SECONDS
    : now + (CLIENT_LIFE_DAYS + EXTENSION_STEP_DAYS) * DAY_SECONDS;
