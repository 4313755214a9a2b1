import { createHash } from 'node:crypto';

/** How often something may happen for one key. Windows of one length follow each other without a gap. */
export interface Limit {
  readonly name: 'failures' | 'requests';
  readonly max: number;
  readonly windowSeconds: number;
}

/** Wrong codes, verifiers and secrets of one client. 256-bit secrets need no limit; the load of trying does. */
export const FAILURE_LIMIT: Limit = { name: 'failures', max: 50, windowSeconds: 900 };

/** Requests of one person with one program to one MCP server. */
export const requestLimit = (perMinute: number): Limit => ({ name: 'requests', max: perMinute, windowSeconds: 60 });

/** End of the window that holds `now`, both epoch seconds. */
export const windowEnd = (now: number, windowSeconds: number): number =>
  (Math.floor(now / windowSeconds) + 1) * windowSeconds;

/** Names a counter. The length in front keeps two keys apart that would read alike when joined. */
export const counterId = ({ name, windowSeconds }: Limit, key: readonly string[], windowEndsAt: number): string => {
  const hash = createHash('sha256');
  for (const part of [name, String(windowSeconds), String(windowEndsAt), ...key]) {
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return hash.digest('base64url');
};
