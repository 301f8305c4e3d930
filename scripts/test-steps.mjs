import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildLibrary, buildSample } from './build.mjs';
import { installIfPossible } from './install.mjs';
import { readJestResults } from './jest-results.mjs';
import { bin, root } from './paths.mjs';
import { run } from './run.mjs';
import { installSystemPackages } from './system-packages.mjs';

/**
 * A step of `npm test`.
 *
 * @typedef {object} Step
 * @property {string} name What it is called in the summary and on the command line.
 * @property {string[]} groups Further names that choose it.
 * @property {string[]} needs Names of steps that must have passed before.
 * @property {(context: { env: NodeJS.ProcessEnv, patterns: string[], scratch: string }) => Promise<StepResult>} run
 *
 * @typedef {{ passed: number, failed: number, problems?: string[], notRun?: string[] }} StepResult
 */

const minutes = 60_000;
const tsc = bin('typescript/bin/tsc');
const eslint = bin('eslint/bin/eslint.js');
const prettier = bin('prettier/bin/prettier.cjs');
const jest = bin('jest/bin/jest.js');
const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const cruiser = bin('dependency-cruiser/bin/dependency-cruise.mjs');

/** Suites that must exist, in the order they run. Other folders of `test/` that hold specs come after them. */
const knownSuites = ['architecture', 'unit', 'contract', 'e2e', 'browser', 'docs', 'packaging'];
const notSuites = ['benchmark', 'support', 'types'];
const needsOfSuites = {
  architecture: [],
  unit: [],
  browser: ['programs', 'sample'],
  docs: ['library'],
  packaging: ['library'],
};

/** @returns {Step[]} */
export function allSteps() {
  const rooms = ['lib', 'sample', 'test'].filter((room) => existsSync(join(root, room)));
  return [
    preparation('library', [], buildLibrary),
    // The sample is checked against the built library, as an application would be.
    { ...command('eslint', ['lint'], [eslint, '--max-warnings', '0', '.']), needs: ['library'] },
    command('prettier', ['lint'], [prettier, '--check', '--log-level', 'warn', '.']),
    command('arrows', ['lint'], [cruiser, '--config', '.dependency-cruiser.mjs', ...rooms]),
    command('typecheck', [], [tsc, '--noEmit']),
    // What runs in a page knows the DOM; nothing else does.
    command('typecheck-pages', ['typecheck'], [tsc, '--noEmit', '--project', 'test/browser']),
    preparation('sample', ['library'], buildSample),
    { ...command('types', [], [tsc, '--project', 'test/types']), needs: ['library'] },
    { ...command('types-undeclared', ['types'], [tsc, '--project', 'test/types/plain']), needs: ['library'] },
    preparation('programs', [], installPrograms),
    ...suites().map(suite),
  ];
}

async function installPrograms() {
  await installSystemPackages();
  await installIfPossible('@nestjs/platform-node', '^12.0.0');
}

function suites() {
  const folders = readdirSync(join(root, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notSuites.includes(entry.name) && !knownSuites.includes(entry.name))
    .map(({ name }) => name);
  return [...knownSuites, ...folders.sort().filter(hasSpecs)];
}

function hasSpecs(folder) {
  return readdirSync(join(root, 'test', folder), { recursive: true }).some((name) => name.endsWith('.spec.ts'));
}

function command(name, groups, args) {
  return {
    name,
    groups,
    needs: [],
    run: async ({ env }) => {
      const { ok, timedOut } = await run(process.execPath, args, { env, timeoutMs: 15 * minutes });
      return oneTest(ok, timedOut ? ['took too long and was ended'] : []);
    },
  };
}

function preparation(name, needs, work) {
  return {
    name,
    groups: [],
    needs,
    run: async () => {
      await work();
      return oneTest(true);
    },
  };
}

function suite(name) {
  const folder = `test/${name}`;
  return {
    name,
    groups: ['jest'],
    needs: needsOfSuites[name] ?? ['programs'],
    run: async ({ env, patterns, scratch }) => {
      if (!existsSync(join(root, folder))) return oneTest(false, [`has no tests: ${folder}/ is missing`]);
      const results = join(scratch, `${name}.json`);
      const flags = [`--roots=${folder}`, '--verbose=false', '--json', `--outputFile=${results}`];
      if (patterns.length > 0) flags.push('--passWithNoTests');
      const outcome = await run(process.execPath, [...nodeFlags, jest, ...flags, ...patterns], {
        env,
        timeoutMs: 30 * minutes,
      });
      return readJestResults(results, outcome, { mayBeEmpty: patterns.length > 0 });
    },
  };
}

const oneTest = (ok, problems = []) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, problems });
