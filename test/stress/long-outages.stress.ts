import { FLOWS } from '../support/faults/flows/index.ts';
import { layFaultStress } from './fault-stress.ts';
import { report } from './report.ts';

const stress = layFaultStress();

describe('An outage that begins at any call', () => {
  it.each(FLOWS.filter(({ survivesOutages }) => survivesOutages).map((flow) => [flow.name, flow] as const))(
    '%s',
    async (name, flow) => {
      const steps = await stress.walk.stepsOf(flow);
      const failures: string[] = [];
      for (let nth = 1; nth <= steps.length; nth += 1) {
        const failure = await stress.walk.with(flow, [{ kind: 'failed', nth, times: 'always' }], {});
        if (failure !== undefined) failures.push(`from call ${nth} on: ${failure}`);
      }
      report({ what: `an outage from any call on: ${name}`, howMany: steps.length, unit: 'walks', failures });
    },
  );
});
