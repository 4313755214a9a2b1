import { randomUUID } from 'node:crypto';
import { Canaries } from '../support/faults/canaries.ts';
import { startWalkGround, type WalkGround } from '../support/faults/walk-ground.ts';
import { registerClient } from '../support/http/oauth-requests.ts';
import { report } from './report.ts';

export const ROUNDS = Number(process.env.STRESS_ROUNDS ?? 200);

/** The violation in a round, or undefined. */
type Round = () => Promise<string | undefined>;

export interface Races {
  readonly cloud: WalkGround;
  /** Repeats a race. No log line may contain its secrets. */
  readonly rounds: (what: string, round: Round, howMany?: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** The number of rounds for races that take seconds each. */
export const FEWER_ROUNDS = Math.ceil(ROUNDS / 10);

/** @param configuration in addition to what every flow of the walk needs */
export const startRaces = async (configuration: Parameters<typeof startWalkGround>[0] = {}): Promise<Races> => {
  const canaries = new Canaries();
  const cloud = await startWalkGround(configuration);
  await cloud.prewarm();
  canaries.listen();
  return {
    cloud,
    rounds: async (what, round, howMany = ROUNDS) => {
      const failures: string[] = [];
      for (let count = 1; count <= howMany; count += 1) {
        const failure = await round().catch((error: unknown) => String(error));
        if (failure !== undefined) failures.push(`round ${count}: ${failure}`);
        const shown = canaries.foundIn(cloud.takeLog());
        if (shown.length > 0) failures.push(`round ${count}: the log shows ${shown.join(', ')}`);
      }
      report({ what: `race: ${what}`, howMany, unit: 'rounds', failures });
    },
    stop: async () => {
      canaries.stop();
      await cloud.stop();
    },
  };
};

/** Runs the action once per runner, in parallel. */
export const race = <T>(runners: number, run: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: runners }, run));

/** A client whose failure count no other race affects. */
export const newClient = (cloud: WalkGround, metadata: object = {}) =>
  registerClient(cloud, { client_name: `Race ${randomUUID()}`, ...metadata });

export const tally = (values: readonly unknown[]): string => {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${count} × ${String(value)}`).join(', ');
};
