import { join } from 'node:path';
import { installOnce } from './install.ts';

/**
 * Installs npm packages into a folder of their own, unless it holds them already. Scripts of packages do not run.
 *
 * @param packages such as `@modelcontextprotocol/sdk@1.29.0`
 * @returns the folder `node_modules`
 * @throws MissingToolError
 */
export const installNpmPackages = async (folder: string, packages: readonly string[]): Promise<string> => {
  await installOnce({
    folder,
    contents: packages.join('\n'),
    commands: [['npm', 'install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...packages]],
  });
  return join(folder, 'node_modules');
};
