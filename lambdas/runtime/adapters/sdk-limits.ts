import { timeLimitMs } from '../time-limits.ts';

/**
 * Two attempts of at most one second each: a call gives up well before the client does, and the answer is an honest
 * 503. The SDK warns instead of failing unless it is told to throw.
 */
export const SDK_LIMITS = {
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: timeLimitMs(500),
    requestTimeout: timeLimitMs(1000),
    socketTimeout: timeLimitMs(1000),
    throwOnRequestTimeout: true,
  },
} as const;
