import { common } from '../../jest.common.mjs';

// Each of these takes its long form here.
const longForms = [
  '<rootDir>/test/adapters/dynamodb/grants.test.ts',
  '<rootDir>/test/core/mcp/operation-sdk.test.ts',
  '<rootDir>/test/endpoints/key-ring/rotation.test.ts',
  '<rootDir>/test/flow/http/limits.test.ts',
  '<rootDir>/test/flow/operations/restart.test.ts',
];

// `npm run stress`: the long form of what `npm test` does in short. Nothing of it is part of `npm test`.
export default {
  ...common,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/test/stress/**/*.stress.ts',
    '<rootDir>/test/faults/outages.test.ts',
    '<rootDir>/test/faults/clocks.test.ts',
    ...longForms,
  ],
  testTimeout: 4 * 60 * 60 * 1000,
  // Most of the time goes into waiting for what never answers: two cores carry four clouds.
  maxWorkers: 4,
  globalSetup: '<rootDir>/test/stress/begin.ts',
  reporters: ['default', '<rootDir>/test/stress/summary-reporter.ts'],
};
