import { User } from '../support/browser/user.ts';
import { Canaries } from '../support/faults/canaries.ts';
import { newQuickFaults } from '../support/faults/choices.ts';
import { FLOWS } from '../support/faults/flows/index.ts';
import { FaultWalk } from '../support/faults/walk.ts';
import { startWalkGround, type WalkGround } from '../support/faults/walk-ground.ts';
import { formsOf } from '../support/http/html-form.ts';
import { authorizationRequest, registerClient } from '../support/http/oauth-requests.ts';

// Catalogue §5: a fault at every call. `npm run stress` tries every kind of fault at every call of every flow. Here a
// write meets two extremes in the first flow that makes it: it has no effect, or it has its effect but the response is
// lost. In every other flow the response of each write is lost. One read of each service fails in each function.

const START_MS = 120_000;
const FLOW_MS = 120_000;

const QUICK_FLOWS = FLOWS.filter(({ isSlow }) => !isSlow);

const quickFaults = newQuickFaults();
const canaries = new Canaries();
const total = { calls: 0, walks: 0 };
let cloud: WalkGround;
let walk: FaultWalk;
beforeAll(async () => {
  cloud = await startWalkGround();
  // The calls of a cold start are recorded as such, so no function may still be starting.
  await cloud.prewarm();
  canaries.listen();
  walk = new FaultWalk(cloud, canaries);
}, START_MS);
afterAll(async () => {
  canaries.stop();
  await cloud?.stop();
  process.stdout.write(`fault walk: ${total.walks} walks over ${total.calls} calls of ${QUICK_FLOWS.length} flows\n`);
});

describe('A fault at every call loses nothing and is reported correctly (catalogue §5, #217 #218 #220)', () => {
  it.each(QUICK_FLOWS.map((flow) => [flow.name, flow] as const))(
    '%s',
    async (_, flow) => {
      const { steps, walks, failures } = await walk.over(flow, quickFaults);
      total.calls += steps.length;
      total.walks += walks;
      expect(failures).toEqual([]);
      expect(walks).toBeGreaterThan(0);
      // #219: decisions use consistent reads. An index, which has none, is used only to find rows.
      const stale = steps.filter(({ call }) => call.mayBeStale).map(({ call }) => call.resource);
      expect(stale.filter((resource) => !resource?.endsWith('/bySubject'))).toEqual([]);
    },
    FLOW_MS,
  );
});

it('asks no identity provider for anything before the user has agreed (catalogue §5)', async () => {
  const { url } = authorizationRequest(cloud, await registerClient(cloud));
  const user = new User(cloud);
  cloud.restart();
  cloud.record();
  const seen = await user.open(url);
  const [form] = formsOf(seen.html);
  if (form === undefined) throw new Error('no consent form');
  await user.submit(seen, form, { decision: 'deny' });
  expect(cloud.recorded().filter(({ service }) => service === 'upstream')).toEqual([]);

  cloud.record();
  await user.signIn(url);
  expect(cloud.recorded().map(({ service }) => service)).toContain('upstream');
});
