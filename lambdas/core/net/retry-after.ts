/** The least wait after an error of the server. It is short, because a user may be waiting. */
const LEAST_SECONDS = 2;
const SPREAD_SECONDS = 7;

/**
 * Returns the seconds for `Retry-After` (RFC 9110 §10.2.3). They are spread over seven seconds, so that clients that
 * failed together do not retry together (catalogue #225).
 *
 * @param random from 0 to below 1
 * @param leastSeconds the least wait. The default of 2 gives 2 to 8 seconds.
 */
export const retryAfterSeconds = (random: number, leastSeconds = LEAST_SECONDS): number =>
  leastSeconds + Math.floor(random * SPREAD_SECONDS);
