import type { Stage } from './stage.ts';
import type { WalkGround } from './walk-ground.ts';

/** One flow for the walk: what is made ready in peace, what is done while a fault is about, and what must hold then. */
export interface FlowUnderFaults {
  readonly name: string;
  /** Parts of the logical ids of the functions that take part: their first requests, when they are cold, count too. */
  readonly functions: readonly string[];
  /** Its writes fail their condition only where nothing is left to do, so that nobody can be told otherwise. */
  readonly isFinal?: boolean;
  /** Left to `npm run stress` as a whole. */
  readonly isSlow?: boolean;
  /** It finds what an index did not show yet when it looks again. */
  readonly readsIndexTwice?: boolean;
  /** Whoever sends the same again after an outage of everything, whenever it began, goes on. */
  readonly survivesOutages?: boolean;
  /** The calls in which it differs from another flow; the rest is left to `npm run stress`. Absent: all of them. */
  readonly ownCalls?: RegExp;
  /** The write after which it is done: `npm test`, too, kills the function there, before it and after it. */
  readonly commit?: RegExp;
  readonly run: (cloud: WalkGround, begin: () => Promise<Stage>, end: () => Promise<void>) => Promise<void>;
}

interface Parts<Ready, Done> extends Omit<FlowUnderFaults, 'run'> {
  /** In peace. */
  readonly before: (cloud: WalkGround) => Promise<Ready>;
  /** Under the fault: each request by `stage.send`. */
  readonly under: (stage: Stage, ready: Ready) => Promise<Done>;
  /** In peace again: throws where something was lost. */
  readonly after?: (cloud: WalkGround, done: Done, ready: Ready) => Promise<void>;
}

export const flow = <Ready, Done>({ before, under, after, ...facts }: Parts<Ready, Done>): FlowUnderFaults => ({
  ...facts,
  run: async (cloud, begin, end) => {
    const ready = await before(cloud);
    const stage = await begin();
    let done: Done;
    try {
      done = await under(stage, ready);
    } finally {
      await end();
    }
    await after?.(cloud, done, ready);
  },
});
