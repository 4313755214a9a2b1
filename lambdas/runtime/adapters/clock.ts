import type { Clock } from '../ports/index.ts';

/** The system clock. Nothing else reads it. */
export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
