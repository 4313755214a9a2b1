import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BUNDLE_DIRECTORY } from '../../lib/functions/bundles.ts';
import { shown, type Template } from './template.ts';

/**
 * Starts a bundle as Lambda does and prints which of our variables it reads. A missing variable that it requires stops it.
 * An optional variable counts only if it is set.
 */
const COLD_START = `
  const read = new Set();
  process.env = new Proxy(process.env, { get: (target, name) => { if (name in target) read.add(name); return target[name]; } });
  globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: { from: (stream) => stream } };
  const { handler } = await import(process.argv[1]);
  if (typeof handler !== 'function') throw new Error('exports no handler');
  console.log(JSON.stringify([...read].filter((name) => String(name).startsWith('GATEHOUSE_')).sort()));
`;

/** The variables that the stack sets for the function of a folder. */
export const variablesOf = (template: Template, folder: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(template.functionOf(folder)[1].Properties.Environment?.Variables ?? {}).map(([name, value]) => [
      name,
      shown(value),
    ]),
  );

/** Names of the variables that a function reads when it starts, and of those that the stack sets. */
export const coldStart = async (
  template: Template,
  folder: string,
): Promise<{ readonly read: readonly string[]; readonly given: readonly string[] }> => {
  const environment = variablesOf(template, folder);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', COLD_START, join(BUNDLE_DIRECTORY, folder, 'index.mjs')],
    {
      env: {
        ...environment,
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'id',
        AWS_SECRET_ACCESS_KEY: 'key',
        AWS_SESSION_TOKEN: 'token',
      },
    },
  );
  return { read: JSON.parse(stdout), given: Object.keys(environment).sort() };
};
