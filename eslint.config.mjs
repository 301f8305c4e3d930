import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Compiled by tests of their own, against the built package. */
const compiledElsewhere = ['test/packaging/apps/', 'test/types/'];

export default defineConfig(
  { ignores: ['.cache/', 'coverage/', 'dist/', '**/node_modules/', ...compiledElsewhere] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-console': 'error',
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implicit-coercion': 'error',
      'no-new-func': 'error',
      'no-proto': 'error',
      'no-template-curly-in-string': 'error',
      'no-unreachable-loop': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // `environment['HOST']` says that nobody declared the name.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // `return done()` in a function that gives nothing reads well.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Interfaces that applications augment are empty here.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'always' }],
      // Nest's modules are classes with nothing but a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      // Nest declares options as classes, and takes plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // `Version | 'absent'` names a case that `unknown` includes, for the reader.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      // An empty text in the environment counts as not set.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // A method that promises something may have nothing to wait for: it then turns what it throws into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // `as string` keeps the compiler from the declarations of the library, which are not those of an ES module.
    files: ['lib/stores/lmdb/lmdb.library.ts'],
    rules: { '@typescript-eslint/no-unnecessary-type-assertion': 'off' },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'It can be foretold. Use node:crypto.',
        },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Name every export, so that nothing becomes public by accident.' },
      ],
    },
  },
  {
    // A dynamic module may be nothing but its static methods.
    files: ['**/*.module.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  {
    // It takes the methods of a response apart, to call them on it later.
    files: ['lib/http/response-gate.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    // What the world knows as namespaces: Express's requests, and what express-session hangs on its function.
    files: ['lib/interop/express/drop-in/express-{request,session}.ts'],
    rules: { '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: { '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true, allowEmpty: true }] },
  },
  {
    // These talk to whoever runs them.
    files: ['scripts/**', 'test/benchmark/**', 'test/stress/**', 'sample/main.ts'],
    rules: { 'no-console': 'off' },
  },
);
