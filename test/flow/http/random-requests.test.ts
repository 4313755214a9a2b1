import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { gatherKnownValues, type KnownValues } from '../../support/memory/known-values.ts';
import { assertNoFaults, RANDOM_REQUESTS } from '../../support/random/requests.ts';

// `npm run stress` sends 10,000 of each.
const REQUESTS = 12;

// This test has its own cloud, because its requests would exhaust the throttles for other tests.
let cloud: LocalCloud;
let known: KnownValues;
beforeAll(async () => {
  cloud = await startLocalCloud();
  known = await gatherKnownValues(cloud);
}, 60_000);
afterAll(() => cloud?.stop());

describe(`${REQUESTS} random requests cause no 5xx, no leak and no foreign redirect (#16 #26 #61 #65 #170)`, () => {
  it.each(Object.keys(RANDOM_REQUESTS))(
    '%s',
    (endpoint) => assertNoFaults(known, endpoint, { requests: REQUESTS }),
    120_000,
  );
});
