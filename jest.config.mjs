import { common } from './jest.common.mjs';

// Outages and clocks apart take a minute: `npm run stress` runs them.
const longOnes = ['<rootDir>/test/faults/outages.test.ts', '<rootDir>/test/faults/clocks.test.ts'];

// What goes over HTTP shares one running local cloud; everything else starts nothing.
const overHttp = ['<rootDir>/test/flow/', '<rootDir>/test/browser/', '<rootDir>/test/clients/'];

export default {
  testTimeout: 300_000,
  globalSetup: '<rootDir>/test/support/cloud/files-of-this-run.ts',
  testSequencer: '<rootDir>/test/support/runner/sequencer.mjs',
  // Each worker waits half of its time for the local clouds, which work beside them.
  maxWorkers: 3,
  reporters: [
    'default',
    '<rootDir>/test/support/client-programs/reporter.ts',
    '<rootDir>/test/support/runner/slowest-reporter.ts',
  ],
  projects: [
    {
      ...common,
      displayName: 'parts',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...overHttp, ...longOnes],
    },
    {
      ...common,
      displayName: 'whole',
      testMatch: overHttp.map((folder) => `${folder}**/*.test.ts`),
      globalSetup: '<rootDir>/test/support/cloud/start-shared-cloud.ts',
      globalTeardown: '<rootDir>/test/support/cloud/stop-shared-cloud.ts',
    },
  ],
};
