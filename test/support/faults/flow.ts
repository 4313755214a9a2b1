import type { Stage } from './stage.ts';
import type { WalkGround } from './walk-ground.ts';

/** One flow of the walk: its preparation, its requests under the fault, and the checks afterwards. */
export interface FlowUnderFaults {
  readonly name: string;
  /** Parts of the logical ids of its functions. The walk also covers the calls that these make when they are cold. */
  readonly functions: readonly string[];
  /** A failed condition of its writes means that nothing is left to do, so the answer stays the same. */
  readonly isFinal?: boolean;
  /** Runs in `npm run stress` only. */
  readonly isSlow?: boolean;
  /** It reads the index a second time and finds rows that were missing at first. */
  readonly readsIndexTwice?: boolean;
  /** A client that sends the same request again after a complete outage can continue, at any point of the flow. */
  readonly survivesOutages?: boolean;
  /** The calls in which it differs from other flows; `npm run stress` covers the rest. @default all calls */
  readonly ownCalls?: RegExp;
  /** The write that commits the flow. `npm test` also kills the function before and after this write. */
  readonly commit?: RegExp;
  readonly run: (cloud: WalkGround, begin: () => Stage, end: () => void) => Promise<void>;
}

interface Parts<Ready, Done> extends Omit<FlowUnderFaults, 'run'> {
  /** Prepares the flow, without a fault. */
  readonly before: (cloud: WalkGround) => Promise<Ready>;
  /** Runs under the fault and sends each request with `stage.send`. */
  readonly under: (stage: Stage, ready: Ready) => Promise<Done>;
  /** Checks the result, without a fault. Throws when something was lost. */
  readonly after?: (cloud: WalkGround, done: Done, ready: Ready) => Promise<void>;
}

export const flow = <Ready, Done>({ before, under, after, ...facts }: Parts<Ready, Done>): FlowUnderFaults => ({
  ...facts,
  run: async (cloud, begin, end) => {
    const ready = await before(cloud);
    const stage = begin();
    let done: Done;
    try {
      done = await under(stage, ready);
    } finally {
      end();
    }
    await after?.(cloud, done, ready);
  },
});
