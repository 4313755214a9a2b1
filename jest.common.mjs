/** What every jest configuration here shares. */
export const common = {
  testEnvironment: 'node',
  runner: '<rootDir>/test/support/runner/index.mjs',
  // Node runs TypeScript by itself.
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
};
