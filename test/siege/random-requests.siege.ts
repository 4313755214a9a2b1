import { gatherKnownValues, type KnownValues } from '../support/known-values.ts';
import { type LocalCloud, startLocalCloud } from '../support/local-cloud.ts';
import { assertNoFaults, RANDOM_REQUESTS } from '../support/random-requests.ts';
import { report } from './report.ts';

const REQUESTS = Number(process.env.SIEGE_REQUESTS ?? 10_000);

let cloud: LocalCloud;
let known: KnownValues;
beforeAll(async () => {
  cloud = await startLocalCloud();
  known = await gatherKnownValues(cloud);
});
afterAll(() => cloud?.stop());

describe('Random requests: no fault, no leak, no foreign address', () => {
  it.each(Object.keys(RANDOM_REQUESTS))('%s', async (endpoint) => {
    const failure = await assertNoFaults(known, endpoint, { requests: REQUESTS }).then(
      () => [],
      (error: unknown) => [error instanceof Error ? error.message : String(error)],
    );
    report({ what: `random requests to ${endpoint}`, howMany: REQUESTS, unit: 'requests', failures: failure });
  });

  it('none of it brought a secret into the log', () => {
    const secrets = cloud.output().match(/^.*(?:gh_(?:ac|rt|cs)_[\w-]{16}|eyJ[\w-]{20}|[?&]code=).*$/gm) ?? [];
    report({
      what: 'lines of that run searched for secrets',
      howMany: cloud.output().split('\n').length,
      unit: 'lines',
      failures: secrets,
    });
  });
});
