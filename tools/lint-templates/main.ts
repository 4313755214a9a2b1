import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../../lib/functions/bundles.ts';
import { MissingToolError } from '../toolchains/missing-tool-error.ts';
import { run } from '../toolchains/processes.ts';
import { installPythonPackages } from '../toolchains/python.ts';

// `npm run lint:templates [-- FOLDER]`: cfn-lint reads every template that the tests synthesized into the folder. Without
// a folder, the tests run first.

/** Exit code when cfn-lint cannot be installed. */
const SKIPPED = 3;
const REQUIREMENTS = ['cfn-lint==1.58.0'];
/** The CDK names dependencies that a reference implies, too. */
const IGNORED = ['W3005'];

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const runTests = async (folder: string): Promise<void> => {
  const { exitCode, output } = await run('npm', ['test'], {
    cwd: PACKAGE_DIRECTORY,
    env: { ...process.env, GATEHOUSE_TEST_FOLDER: folder },
  });
  if (exitCode !== 0) throw new Error(`npm test failed: ${output.slice(-2000)}`);
};

const lint = async (programs: string, templates: readonly string[]): Promise<string> => {
  const parameters = ['--ignore-checks', ...IGNORED, '--format', 'parseable', '--template', ...templates];
  const { exitCode, output } = await run(join(programs, 'cfn-lint'), parameters, {
    cwd: PACKAGE_DIRECTORY,
    env: process.env,
  });
  if (exitCode !== 0 && output.trim() === '') throw new Error(`cfn-lint ended with ${exitCode} and printed nothing`);
  return output.trim();
};

/** Every n-th item in one list, so that all lists take about the same time. */
const dealt = <T>(items: readonly T[], count: number): T[][] =>
  Array.from({ length: count }, (_, index) => items.filter((_item, at) => at % count === index)).filter(
    (list) => list.length > 0,
  );

try {
  const programs = await installPythonPackages(join(PACKAGE_DIRECTORY, '.gatehouse/cfn-lint'), REQUIREMENTS);
  const [given] = process.argv.slice(2);
  const folder = given ?? mkdtempSync(join(tmpdir(), 'gatehouse-templates-'));
  if (given === undefined) {
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await runTests(folder);
  }
  const templates = globSync(['templates-*/*.json', 'assemblies/**/*.template.json'], { cwd: folder }).map((path) =>
    join(folder, path),
  );
  if (templates.length === 0)
    throw new Error(`there is no template in ${folder}: give the GATEHOUSE_TEST_FOLDER of a run`);
  const outputs = await Promise.all(dealt(templates, availableParallelism()).map((part) => lint(programs, part)));
  const findings = outputs.filter(Boolean).join('\n');
  print(findings || `cfn-lint finds nothing in ${templates.length} templates`);
  process.exitCode = findings ? 1 : 0;
} catch (error) {
  if (!(error instanceof MissingToolError)) throw error;
  print(`The templates were not linted: ${error.message}`);
  process.exitCode = SKIPPED;
}
