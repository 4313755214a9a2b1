import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';

interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs a program in the package's root, and leaves out warnings of npm about the user's settings. */
const run = (command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
  new Promise((resolve) => {
    execFile(command, args, { cwd: PACKAGE_DIRECTORY, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.split('\n').filter((line) => !line.startsWith('npm warn'));
      resolve({ code: error ? Number(error.code) : 0, output: output.join('\n').trim() });
    });
  });

/** Runs the cdk command. */
export const cdk = (...args: readonly string[]): Promise<Run> =>
  run(process.execPath, ['node_modules/aws-cdk/bin/cdk', ...args]);

/**
 * Runs the app as the cdk command does, with another configuration.
 *
 * @param gatehouse the configuration, as in the context of cdk.json
 * @param outputDirectory receives the cloud assembly
 */
export const app = (gatehouse: unknown, outputDirectory: string): Promise<Run> => {
  const context = { ...JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8')).context, gatehouse };
  return run(process.execPath, ['--require', './bin/require-node.cjs', 'bin/gatehouse.ts'], {
    CDK_CONTEXT_JSON: JSON.stringify(context),
    CDK_OUTDIR: outputDirectory,
  });
};
