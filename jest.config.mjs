/** @type {import('jest').Config} */
export default {
  rootDir: '.',
  roots: ['<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/test/benchmark/',
    '<rootDir>/test/packaging/apps/',
    '<rootDir>/\\.cache/',
  ],
  // Node loads the tests, compiled by `scripts/typescript-hooks.mjs`.
  runtime: '<rootDir>/test/support/jest/runtime.cjs',
  testEnvironment: '<rootDir>/test/support/jest/environment.cjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/jest/set-timeout.ts'],
  injectGlobals: false,
  transform: {},
};
