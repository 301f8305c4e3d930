/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/jest-environment.cjs',
  setupFilesAfterEnv: ['<rootDir>/test/support/set-timeout.ts'],
  rootDir: '.',
  roots: ['<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/test/benchmark/',
    '<rootDir>/test/packaging/apps/',
    '<rootDir>/\\.cache/',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    // Data of packages in modules of their own, `metadata.json.js`, stay as they are.
    '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1',
    '^@fastify/static$': '<rootDir>/test/support/static-files.cjs',
    '^nestjs-session-auth$': '<rootDir>/lib/index.ts',
    '^nestjs-session-auth/(store|limiter|migration)$': '<rootDir>/lib/$1.ts',
    '^nestjs-session-auth/openapi\\.json$': '<rootDir>/docs/reference/openapi.json',
    '^nestjs-session-auth/(accounts|client|testing|events|terminus|opentelemetry|swagger)$':
      '<rootDir>/lib/$1/index.ts',
    '^nestjs-session-auth/(flask|express)$': '<rootDir>/lib/interop/$1/index.ts',
    '^nestjs-session-auth/(.*)$': '<rootDir>/lib/stores/$1/index.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
      },
    ],
  },
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts'],
};
