import { quickFaults } from '../support/faults/choices.ts';
import type { Step } from '../support/faults/walk.ts';
import { startWalkGround, type WalkGround } from '../support/faults/walk-ground.ts';

// Catalogue §5: a fault at every call of every flow. `npm run siege` tries every kind of fault; here are the two ends
// of it: nothing was carried out, or all of it was and nobody is told.

let ground: WalkGround;
beforeAll(async () => {
  ground = await startWalkGround();
}, 60_000);
afterAll(() => ground?.stop());

describe('A fault at every call of every flow (catalogue §5, #217 #218 #220)', () => {
  it('loses nothing, is told honestly, and leaves one success per code and one lineage per family', async () => {
    const steps: Step[] = [];
    const failures: string[] = [];
    let walks = 0;
    for (const flow of ground.flows) {
      const report = await ground.walk.over(flow, quickFaults);
      steps.push(...report.steps);
      failures.push(...report.failures);
      walks += report.walks;
    }
    process.stdout.write(`fault walk: ${walks} walks over ${steps.length} calls of ${ground.flows.length} flows\n`);
    expect(failures).toEqual([]);
    // #219: whatever decides is read from the newest copy.
    expect(steps.filter(({ call }) => call.mayBeStale).map(({ call }) => call.resource)).toEqual([]);
  }, 300_000);
});
