import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { gatherKnownValues, type KnownValues } from '../../support/memory/known-values.ts';
import { assertNoFaults, RANDOM_REQUESTS } from '../../support/random/requests.ts';

// 10,000 of each are in `npm run stress`.
const REQUESTS = 100;

// A cloud of its own: what is asked here would use up the throttles of everybody else.
let cloud: LocalCloud;
let known: KnownValues;
beforeAll(async () => {
  cloud = await startLocalCloud();
  known = await gatherKnownValues(cloud);
}, 60_000);
afterAll(() => cloud?.stop());

describe(`${REQUESTS} random requests: no fault, no leak, no foreign address (#16 #26 #61 #65 #170)`, () => {
  it.concurrent.each(Object.keys(RANDOM_REQUESTS))(
    '%s',
    (endpoint) => assertNoFaults(known, endpoint, { requests: REQUESTS }),
    120_000,
  );
});
