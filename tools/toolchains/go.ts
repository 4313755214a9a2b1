import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './install.ts';

/**
 * Builds a program of one Go file, unless it is there.
 *
 * @param source path of the file
 * @param modules such as `github.com/modelcontextprotocol/go-sdk@v1.8.0`
 * @returns path of the program
 * @throws MissingToolError
 */
export const buildGoProgram = async (folder: string, source: string, modules: readonly string[]): Promise<string> => {
  await installOnce({
    folder,
    contents: [...modules, readFileSync(source, 'utf8')].join('\n'),
    commands: [
      ['cp', source, join(folder, 'main.go')],
      ['go', 'mod', 'init', 'driver'],
      ['go', 'get', ...modules],
      ['go', 'mod', 'tidy'],
      ['go', 'build', '-o', 'driver', '.'],
    ],
  });
  return join(folder, 'driver');
};
