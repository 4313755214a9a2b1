const DAY_SECONDS = 86_400;

/** How long a client lives after its registration or its last login. */
const CLIENT_LIFE_DAYS = 90;

/** Added at each extension, so that at most one login in this many days causes a write. */
const EXTENSION_STEP_DAYS = 7;

/**
 * Each registration of a confidential client is a new row, so one that is never used goes earlier than a public one.
 * Connectors are often set up weeks before the first user logs in.
 */
const NEVER_USED_CONFIDENTIAL_CLIENT_DAYS = 30;

/**
 * The new expiry of a client when an extension is due, or undefined.
 *
 * @param expiresAt the present expiry in epoch seconds; undefined for clients that never expire
 * @param now epoch seconds
 * @param refreshTokenAbsoluteDays the longest life of a grant, which its client must outlive (catalogue #182)
 * @returns epoch seconds
 */
export const extendedClientExpiry = (
  expiresAt: number | undefined,
  now: number,
  refreshTokenAbsoluteDays = CLIENT_LIFE_DAYS,
): number | undefined => {
  const needed = now + Math.max(CLIENT_LIFE_DAYS, refreshTokenAbsoluteDays) * DAY_SECONDS;
  return expiresAt === undefined || expiresAt >= needed ? undefined : needed + EXTENSION_STEP_DAYS * DAY_SECONDS;
};

/** The expiry of a client that was just used for a login, in epoch seconds. */
export const usedClientExpiry = (now: number, refreshTokenAbsoluteDays: number): number =>
  now + (Math.max(CLIENT_LIFE_DAYS, refreshTokenAbsoluteDays) + EXTENSION_STEP_DAYS) * DAY_SECONDS;

/**
 * The expiry of a new client, in epoch seconds. A public client gets the full life at once: its first login may come
 * weeks after its registration, and it does not register again by itself (decision 12).
 */
export const firstClientExpiry = (isConfidential: boolean, now: number): number =>
  isConfidential
    ? now + NEVER_USED_CONFIDENTIAL_CLIENT_DAYS * DAY_SECONDS
    : now + (CLIENT_LIFE_DAYS + EXTENSION_STEP_DAYS) * DAY_SECONDS;
