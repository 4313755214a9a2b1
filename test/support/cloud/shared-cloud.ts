import type { CloudAddress } from './local-cloud.ts';

const VARIABLE = 'GATEHOUSE_TEST_SHARED_CLOUD';

export const announceSharedCloud = ({ origin, mcpUrl, port }: CloudAddress): void => {
  process.env[VARIABLE] = JSON.stringify({ origin, mcpUrl, port });
};

/**
 * The local cloud, with the repository's own configuration, that all flow and browser tests of one run share. Tests
 * that restart it or configure it otherwise start their own.
 */
export const sharedCloud = (): CloudAddress => {
  const address = process.env[VARIABLE];
  if (!address) throw new Error('no shared local cloud: run this test through jest, whose global set-up starts it');
  return JSON.parse(address) as CloudAddress;
};
