import type middy from '@middy/core';
import { UnavailableError } from '../../../core/oauth-error.ts';

/** Time before the function's own timeout that is left for an error response. */
const RESPONSE_RESERVE_MS = 250;

/** Ends a request shortly before Lambda would end it, so that the caller receives a 503 with `Retry-After` (#223). */
export const earlyTimeout = (): middy.PluginObject => ({
  timeoutEarlyInMillis: RESPONSE_RESERVE_MS,
  timeoutEarlyResponse: () => {
    throw new UnavailableError('a dependency', new Error('no time was left'));
  },
});
