import { join } from 'node:path';
import { installOnce } from './install.ts';

/**
 * Installs npm packages into a folder of their own, unless it holds them already. No script of a package runs but the one
 * that is named.
 *
 * @param packages such as `@modelcontextprotocol/sdk@1.29.0`
 * @param setUp path of a script below `node_modules` that a package needs to have run once
 * @returns the folder `node_modules`
 * @throws MissingToolError
 */
export const installNpmPackages = async (
  folder: string,
  packages: readonly string[],
  setUp?: string,
): Promise<string> => {
  await installOnce({
    folder,
    contents: [...packages, ...(setUp === undefined ? [] : [setUp])].join('\n'),
    commands: [
      ['npm', 'install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...packages],
      ...(setUp === undefined ? [] : [[process.execPath, join(folder, 'node_modules', setUp)] as const]),
    ],
  });
  return join(folder, 'node_modules');
};
