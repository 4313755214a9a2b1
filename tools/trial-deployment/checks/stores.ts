import { PACKAGE_DIRECTORY } from '../../../lib/functions/bundles.ts';
import { runSuccessfully } from '../../toolchains/processes.ts';
import type { Surroundings } from '../surroundings.ts';

/** Runs the contract of every store against the DynamoDB of the emulator, too. */
export const expectStoresToWork = async ({ operator, certificateFile }: Surroundings): Promise<string> => {
  const { output } = await runSuccessfully(
    process.execPath,
    ['--no-warnings', 'node_modules/jest/bin/jest.js', 'test/adapters/dynamodb', '--selectProjects', 'parts'],
    {
      cwd: PACKAGE_DIRECTORY,
      env: { ...process.env, DYNAMODB_ENDPOINT: operator.AWS_ENDPOINT_URL, NODE_EXTRA_CA_CERTS: certificateFile },
    },
  );
  return /^Tests: +(.*), \d+ total$/m.exec(output)?.[1] ?? '';
};
