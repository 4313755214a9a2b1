import { appendFileSync } from 'node:fs';

/** Names the file in which the parts of a stress write down what they did. */
export const REPORT_VARIABLE = 'GATEHOUSE_STRESS_REPORT';

/** One line of the summary. */
export interface StressResult {
  readonly what: string;
  readonly howMany: number;
  /** What is counted: walks, rounds, requests. */
  readonly unit: string;
  readonly failures: readonly string[];
}

/** Adds a line to the summary, and fails the test when something did not hold. */
export const report = (result: StressResult): void => {
  const file = process.env[REPORT_VARIABLE];
  if (file === undefined) throw new Error('run this through `npm run stress`');
  appendFileSync(file, `${JSON.stringify(result)}\n`);
  if (result.failures.length > 0) throw new Error(`${result.what}:\n${result.failures.join('\n')}`);
};
