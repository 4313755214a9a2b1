import { type LocalCloud, startLocalCloud } from '../support/cloud/local-cloud.ts';
import { gatherKnownValues, type KnownValues } from '../support/memory/known-values.ts';
import { assertNoFaults, RANDOM_REQUESTS } from '../support/random/requests.ts';
import { report } from './report.ts';

const REQUESTS = Number(process.env.STRESS_REQUESTS ?? 10_000);
const ENDPOINTS = Object.keys(RANDOM_REQUESTS);
/** Their throttles admit ten requests a second. The test mostly waits for them, so the others run in parallel. */
const SLOW = ['health', 'register/{client_id}'];

let cloud: LocalCloud;
const outcomes = new Map<string, Promise<string | undefined>>();
beforeAll(async () => {
  cloud = await startLocalCloud({ isWarm: true });
  const known = await gatherKnownValues(cloud);
  for (const endpoint of SLOW) outcomes.set(endpoint, sendTo(known, endpoint));
  let before: Promise<unknown> = Promise.resolve();
  for (const endpoint of ENDPOINTS.filter((one) => !SLOW.includes(one))) {
    const outcome = before.then(() => sendTo(known, endpoint));
    outcomes.set(endpoint, outcome);
    before = outcome;
  }
});
afterAll(() => cloud?.stop());

/** @returns the violations */
const sendTo = (known: KnownValues, endpoint: string): Promise<string | undefined> =>
  assertNoFaults(known, endpoint, { requests: REQUESTS }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('Random requests cause no 5xx, no leak and no foreign redirect', () => {
  it.each(ENDPOINTS)('%s', async (endpoint) => {
    const failure = await outcomes.get(endpoint);
    const failures = failure === undefined ? [] : [failure];
    report({ what: `random requests to ${endpoint}`, howMany: REQUESTS, unit: 'requests', failures });
  });

  it('no secret reached the log', () => {
    const secrets = cloud.output().match(/^.*(?:gh_(?:ac|rt|cs)_[\w-]{16}|eyJ[\w-]{20}|[?&]code=).*$/gm) ?? [];
    report({
      what: 'lines of that run searched for secrets',
      howMany: cloud.output().split('\n').length,
      unit: 'lines',
      failures: secrets,
    });
  });
});
