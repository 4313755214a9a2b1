import { common } from '../../jest.common.mjs';

// `npm run stress`: the long form of what `npm test` does in short. Nothing of it is part of `npm test`.
export default {
  ...common,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/test/stress/**/*.stress.ts',
    '<rootDir>/test/faults/outages.test.ts',
    '<rootDir>/test/faults/clocks.test.ts',
  ],
  testTimeout: 4 * 60 * 60 * 1000,
  // Most of the time goes into waiting for what never answers: two cores carry four clouds.
  maxWorkers: 4,
  globalSetup: '<rootDir>/test/stress/begin.ts',
  reporters: ['default', '<rootDir>/test/stress/summary-reporter.ts'],
};
