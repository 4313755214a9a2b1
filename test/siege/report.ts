import { appendFileSync } from 'node:fs';

/** Names the file in which the parts of a siege write down what they did. */
export const REPORT_VARIABLE = 'GATEHOUSE_SIEGE_REPORT';

/** One line of the summary. */
export interface SiegeResult {
  readonly what: string;
  readonly howMany: number;
  /** What is counted: walks, rounds, requests. */
  readonly unit: string;
  readonly failures: readonly string[];
}

/** Adds a line to the summary, and fails the test when something did not hold. */
export const report = (result: SiegeResult): void => {
  const file = process.env[REPORT_VARIABLE];
  if (file === undefined) throw new Error('run this through `npm run siege`');
  appendFileSync(file, `${JSON.stringify(result)}\n`);
  if (result.failures.length > 0) throw new Error(`${result.what}:\n${result.failures.join('\n')}`);
};
