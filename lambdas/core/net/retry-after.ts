/** After a fault of ours: long enough to matter, short enough for whoever waits. */
const LEAST_SECONDS = 2;
const SPREAD_SECONDS = 7;

/**
 * Value of `Retry-After` (RFC 9110 §10.2.3), spread over seven seconds, so that those who failed together do not come
 * back together (#225).
 *
 * @param random from 0 to below 1
 * @param leastSeconds @default 2, so that it is 2 to 8
 */
export const retryAfterSeconds = (random: number, leastSeconds = LEAST_SECONDS): number =>
  leastSeconds + Math.floor(random * SPREAD_SECONDS);
