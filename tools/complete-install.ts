import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Tests run some programs that need a newer Node than npm may run on. They are optional dependencies, so npm skips
// those that its own Node cannot run. This script runs on the Node that npm has installed, and adds the skipped ones.

const root = join(import.meta.dirname, '..');
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const missing = Object.keys(optionalDependencies).filter((name) => !existsSync(join(root, 'node_modules', name)));

if (missing.length > 0) {
  console.error(`Adding what tests need: ${missing.join(', ')}`);
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error('npm_execpath is not set: run this script through npm');
  // Versions and hashes come from package-lock.json, which stays as it is. None of them needs a script, and older versions
  // of npm do not know `allowScripts`.
  const { status } = spawnSync(process.execPath, [npm, 'install', '--no-save', '--ignore-scripts'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) console.error('They could not be added: tests that need them will fail. Is npm offline?');
}
