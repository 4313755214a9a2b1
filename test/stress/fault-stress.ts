import { Canaries } from '../support/faults/canaries.ts';
import { everyFault } from '../support/faults/choices.ts';
import type { FlowUnderFaults } from '../support/faults/flow.ts';
import { FaultWalk } from '../support/faults/walk.ts';
import { startWalkGround, type WalkGround } from '../support/faults/walk-ground.ts';
import { report } from './report.ts';

/** A fault walk over flows on its own deployment, for the tests of one file. */
export interface FaultStress {
  readonly walk: FaultWalk;
}

/** Starts the deployment before the tests of a file, and stops it after them. @param configuration in addition to what every flow needs */
export const layFaultStress = (configuration: Parameters<typeof startWalkGround>[0] = {}): FaultStress => {
  const canaries = new Canaries();
  let cloud: WalkGround;
  let walk: FaultWalk;
  beforeAll(async () => {
    cloud = await startWalkGround(configuration);
    await cloud.prewarm();
    canaries.listen();
    walk = new FaultWalk(cloud, canaries);
  });
  afterAll(async () => {
    canaries.stop();
    await cloud?.stop();
  });
  return {
    get walk() {
      return walk;
    },
  };
};

/** One test for each flow: every kind of fault at each of its calls (catalogue §5). */
export const everyFaultOver = (stress: FaultStress, flows: readonly FlowUnderFaults[]): void => {
  it.each(flows.map((flow) => [flow.name, flow] as const))('%s', async (name, flow) => {
    const { steps, walks, failures } = await stress.walk.over(flow, everyFault);
    report({ what: `every fault at the ${steps.length} calls of: ${name}`, howMany: walks, unit: 'walks', failures });
  });
};
