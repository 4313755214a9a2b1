import { readFileSync } from 'node:fs';
import { REPORT_VARIABLE, type StressResult } from './report.ts';

const MINUTE_MS = 60_000;
const row = (what: string, howMany: string, failures: string): string =>
  `  ${what.padEnd(64)}${howMany.padStart(18)}${failures.padStart(10)}\n`;

/** Prints what was tested, how often, and how often it failed. */
export default class SummaryReporter {
  readonly #startedAt = performance.now();

  onRunComplete(): void {
    const text = readFileSync(process.env[REPORT_VARIABLE] ?? '', 'utf8');
    const results = text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as StressResult);
    process.stdout.write(`\n${row('Stress', 'how many', 'failures')}`);
    for (const { what, howMany, unit, failures } of results) {
      process.stdout.write(row(what, `${howMany.toLocaleString('en')} ${unit}`, String(failures.length)));
    }
    const minutes = ((performance.now() - this.#startedAt) / MINUTE_MS).toFixed(1);
    const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
    process.stdout.write(row(`in ${minutes} minutes`, '', String(failed)));
  }
}
