import { appendFileSync } from 'node:fs';

/** The environment variable with the path of the file that collects the results of the stress tests. */
export const REPORT_VARIABLE = 'GATEHOUSE_STRESS_REPORT';

/** One line of the summary. */
export interface StressResult {
  readonly what: string;
  readonly howMany: number;
  /** The unit of the count: walks, rounds or requests. */
  readonly unit: string;
  readonly failures: readonly string[];
}

/** Adds a line to the summary, and fails the test if there are failures. */
export const report = (result: StressResult): void => {
  const file = process.env[REPORT_VARIABLE];
  if (file === undefined) throw new Error('run this through `npm run stress`');
  appendFileSync(file, `${JSON.stringify(result)}\n`);
  if (result.failures.length > 0) throw new Error(`${result.what}:\n${result.failures.join('\n')}`);
};
