import type { Clock } from '../ports/index.ts';

/** The machine's clock: the only place that asks it. */
export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
