import { FAILURE_LIMIT } from '../../lambdas/core/net/rate-limit-window.ts';

/**
 * The offset in seconds that sets a clock back to the start of the current window of failed requests, so that no window
 * ends while a test counts.
 */
export const startOfFailureWindow = (): number => -(Math.floor(Date.now() / 1000) % FAILURE_LIMIT.windowSeconds);
