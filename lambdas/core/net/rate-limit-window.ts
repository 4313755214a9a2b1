import { createHash } from 'node:crypto';

/** How often an event may happen for one key. Windows of equal length follow each other without a gap. */
export interface Limit {
  readonly name: 'failures' | 'requests';
  readonly max: number;
  readonly windowSeconds: number;
}

/** Limits wrong codes, verifiers and secrets of one client. It limits the load: 256-bit secrets cannot be guessed. */
export const FAILURE_LIMIT: Limit = { name: 'failures', max: 50, windowSeconds: 900 };

/** Limits the requests of one user with one client to one MCP server. */
export const requestLimit = (perMinute: number): Limit => ({ name: 'requests', max: perMinute, windowSeconds: 60 });

/** Returns the end of the window that contains `now`. Both are epoch seconds. */
export const windowEnd = (now: number, windowSeconds: number): number =>
  (Math.floor(now / windowSeconds) + 1) * windowSeconds;

/**
 * Returns the id of a counter. Each part is hashed with its length, so that different keys never join to the same text.
 *
 * @param windowEndsAt epoch seconds
 */
export const counterId = ({ name, windowSeconds }: Limit, key: readonly string[], windowEndsAt: number): string => {
  const hash = createHash('sha256');
  for (const part of [name, String(windowSeconds), String(windowEndsAt), ...key]) {
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return hash.digest('base64url');
};
