import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './install.ts';

/**
 * Builds a program of one Rust file, unless it is there.
 *
 * @param source path of the file
 * @param crates arguments of `cargo add` for each crate, such as `serde_json@=1.0.154`
 * @returns path of the program
 * @throws MissingToolError
 */
export const buildRustProgram = async (folder: string, source: string, crates: readonly string[]): Promise<string> => {
  await installOnce({
    folder,
    contents: [...crates, readFileSync(source, 'utf8')].join('\n'),
    commands: [
      ['cargo', 'init', '--quiet', '--name', 'driver', '--vcs', 'none'],
      ['cp', source, join(folder, 'src/main.rs')],
      ...crates.map((crate) => ['cargo', 'add', '--quiet', ...crate.split(' ')] as const),
      ['cargo', 'build', '--quiet'],
    ],
  });
  return join(folder, 'target/debug/driver');
};
