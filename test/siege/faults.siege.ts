import { Canaries } from '../support/faults/canaries.ts';
import { everyFault } from '../support/faults/choices.ts';
import type { FlowUnderFaults } from '../support/faults/flow.ts';
import { FLOWS } from '../support/faults/flows/index.ts';
import { REMEMBERED_CONSENTS } from '../support/faults/flows/remembered.ts';
import { FaultWalk } from '../support/faults/walk.ts';
import { startWalkGround, type WalkGround } from '../support/faults/walk-ground.ts';
import { report } from './report.ts';

const canaries = new Canaries();
let cloud: WalkGround;
let walk: FaultWalk;
const onGroundWith = (configuration: Parameters<typeof startWalkGround>[0]): void => {
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
};

const everyFaultOver = (flows: readonly FlowUnderFaults[]): void => {
  it.each(flows.map((flow) => [flow.name, flow] as const))('%s', async (name, flow) => {
    const { steps, walks, failures } = await walk.over(flow, everyFault);
    report({ what: `every fault at the ${steps.length} calls of: ${name}`, howMany: walks, unit: 'walks', failures });
  });
};

describe('Every kind of fault at every call (catalogue §5)', () => {
  onGroundWith({});
  everyFaultOver(FLOWS);
});

describe('Every kind of fault where consents are remembered', () => {
  onGroundWith({ rememberConsent: true });
  everyFaultOver(REMEMBERED_CONSENTS);
});

describe('An outage that begins at any call', () => {
  onGroundWith({});
  it.each(FLOWS.filter(({ survivesOutages }) => survivesOutages).map((flow) => [flow.name, flow] as const))(
    '%s',
    async (name, flow) => {
      const steps = await walk.stepsOf(flow);
      const failures: string[] = [];
      for (let nth = 1; nth <= steps.length; nth += 1) {
        const failure = await walk.with(flow, [{ kind: 'failed', nth, times: 'always' }], {});
        if (failure !== undefined) failures.push(`from call ${nth} on: ${failure}`);
      }
      report({ what: `an outage from any call on: ${name}`, howMany: steps.length, unit: 'walks', failures });
    },
  );
});
