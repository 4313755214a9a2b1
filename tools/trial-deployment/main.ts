import { MissingToolError } from '../toolchains/missing-tool-error.ts';
import { endAllProcesses } from '../toolchains/processes.ts';
import { AbandonedError, Report } from './report.ts';
import { runTrial } from './trial.ts';

// Deploys the stack to an AWS emulator of another project, uses it, changes it and destroys it: `npm run trial-deployment`.

/** Exit code when something that the trial needs is missing. */
const SKIPPED = 3;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

process.on('exit', endAllProcesses);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

const startedAt = performance.now();
const report = new Report(print);
try {
  await runTrial(report);
} catch (error) {
  if (error instanceof MissingToolError) {
    print(`The trial deployment was not run: ${error.message}`);
    process.exit(SKIPPED);
  }
  if (!(error instanceof AbandonedError)) throw error;
  print(error.message);
}
print(`\n${report.table()}\n`);
print(`${report.passed} passed, ${report.failed} failed, in ${Math.round((performance.now() - startedAt) / 1000)} s`);
process.exit(report.failed === 0 ? 0 : 1);
