import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildLibrary, buildSample, buildSite } from './build.mjs';
import { installIfPossible } from './install.mjs';
import { readJestResults } from './jest-results.mjs';
import { bin, compilerFor, root } from './paths.mjs';
import { run } from './run.mjs';
import { whileItMoves } from './stillness.mjs';
import { installSystemPackages } from './system-packages.mjs';

/**
 * A step of `npm test`.
 *
 * @typedef {object} Step
 * @property {string} name What it is called in the summary and on the command line.
 * @property {string[]} groups Further names that choose it.
 * @property {string[]} needs Names of steps that must have passed before.
 * @property {number} weight The steps with the most begin first, so that none of the long ones is left alone at the end.
 * @property {(context: StepContext) => Promise<StepResult>} run
 *
 * @typedef {{ env: NodeJS.ProcessEnv, patterns: string[], scratch: string, lanes: number }} StepContext `lanes`: how many
 *   steps run beside each other.
 * @typedef {object} StepResult
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} [problems]
 * @property {string[]} [notRun]
 * @property {{ name: string, file: string, seconds: number }[]} [slowest]
 * @property {string} [output] What it printed, for the reader to see when it is over.
 */

/** For a machine on which everything takes ten times as long; a step that hangs is ended all the same. */
const stepLimitMs = 60 * 60_000;
const oxlint = bin('oxlint/bin/oxlint');
const oxfmt = bin('oxfmt/bin/oxfmt');
const jest = bin('jest/bin/jest.js');
const progressReporter = join(root, 'scripts/progress-reporter.mjs');
const cruiser = bin('dependency-cruiser/bin/dependency-cruise.mjs');

/** Suites that must exist, in the order they run. Other folders of `test/` that hold specs come after them. */
const knownSuites = ['architecture', 'unit', 'contract', 'e2e', 'browser', 'docs', 'packaging'];
const notSuites = ['benchmark', 'support', 'types'];
/** What takes long, and waits most, first: what computes all the time can fill the end. What others wait for comes before all of it. */
const long = ['e2e', 'browser', 'contract', 'packaging', 'unit', 'site', 'docs', 'interop', 'oxlint'];
const weightOf = (name) => (long.includes(name) ? long.length - long.indexOf(name) : 0);
/** Into how many parts a long suite is divided. */
const parts = { e2e: 3, contract: 2, browser: 2 };
/** Entry points whose API has pages in the site, which are most of it: those that lead to all kinds of pages. In the nightly form all have. */
const someEntryPoints = ['index', 'redis'];
const needsOfSuites = {
  architecture: [],
  unit: [],
  browser: ['programs', 'sample'],
  docs: ['library'],
  packaging: ['library', 'programs'],
  site: ['programs', 'documentation'],
};

/** @returns {Step[]} `isFull`: those of the nightly form as well. */
export function allSteps({ isFull }) {
  const rooms = ['lib', 'sample', 'examples', 'test'].filter((room) => existsSync(join(root, room)));
  return [
    preparation('library', [], buildLibrary),
    // It has every program in memory for its rules, and tells what TypeScript 7 does of them. The sample is checked against the
    // built library, as an application would be.
    { ...command('oxlint', ['lint', 'typecheck'], [oxlint, '--type-check']), needs: ['library'] },
    command('format', ['lint'], [oxfmt, '--check', '.']),
    command('arrows', ['lint'], [cruiser, '--config', '.dependency-cruiser.mjs', ...rooms]),
    ...(isFull ? compilations() : []),
    preparation('sample', ['library'], buildSample),
    { ...compilation('types', [], ['--project', 'test/types']), needs: ['library'] },
    { ...compilation('types-undeclared', ['types'], ['--project', 'test/types/plain']), needs: ['library'] },
    { ...compilation('types-connect', ['types'], ['--project', 'test/types/connect']), needs: ['library'] },
    { ...compilation('types-untyped', ['types'], ['--project', 'test/types/untyped']), needs: ['library'] },
    preparation('documentation', ['library'], () => buildSite(isFull ? [] : someEntryPoints)),
    preparation('programs', [], installPrograms),
    ...suites().flatMap(suite),
  ];
}

/** Everything that is compiled nowhere else but in the tests, by TypeScript 6, which applications still use. */
function compilations() {
  return [
    compilation('typecheck', [], ['--noEmit']),
    // What runs in a page knows the DOM; nothing else does.
    compilation('typecheck-pages', ['typecheck'], ['--noEmit', '--project', 'test/browser']),
    compilation('typecheck-site', ['typecheck'], ['--noEmit', '--project', 'docs/.vitepress']),
    // Each declares what its own sessions hold.
    ...folders('examples').map((name) =>
      compilation(`typecheck-${name}`, ['typecheck', 'examples'], ['--noEmit', '--project', `examples/${name}`]),
    ),
  ];
}

async function installPrograms() {
  await installSystemPackages();
  await installIfPossible('@nestjs/platform-node', '^12.0.0');
}

function suites() {
  const others = folders('test').filter((name) => !notSuites.includes(name) && !knownSuites.includes(name));
  return [...knownSuites, ...others.sort().filter(hasSpecs)];
}

function folders(parent) {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function hasSpecs(folder) {
  return readdirSync(join(root, 'test', folder), { recursive: true }).some((name) => name.endsWith('.spec.ts'));
}

/** @param {string[] | ((env: NodeJS.ProcessEnv) => string[])} args */
function command(name, groups, args) {
  return {
    name,
    groups,
    needs: [],
    weight: weightOf(name),
    run: async ({ env }) => {
      const words = typeof args === 'function' ? args(env) : args;
      const { ok, timedOut, output } = await run(process.execPath, words, { env, timeoutMs: stepLimitMs, quiet: true });
      return { ...oneTest(ok, timedOut ? ['took too long and was ended'] : []), output };
    },
  };
}

function compilation(name, groups, args) {
  return command(name, groups, (env) => [compilerFor(env), ...args]);
}

function preparation(name, needs, work) {
  return {
    name,
    groups: [],
    needs,
    weight: long.length + 1,
    run: async ({ env }) => {
      await work(env);
      return oneTest(true);
    },
  };
}

/** Each part in a process of its own, which loads the library and Nest once. */
function suite(name) {
  const count = parts[name] ?? 1;
  if (count === 1) return [partOfSuite(name, name, [])];
  return Array.from({ length: count }, (_, index) => {
    const part = index + 1;
    return partOfSuite(name, `${name}-${part}`, [`--shard=${part}/${count}`]);
  });
}

function partOfSuite(name, ownName, sharding) {
  const folder = `test/${name}`;
  return {
    name: ownName,
    groups: ['jest', name],
    needs: needsOfSuites[name] ?? ['programs'],
    weight: weightOf(name),
    run: async ({ env, patterns, scratch, lanes }) => {
      if (!existsSync(join(root, folder))) return oneTest(false, [`has no tests: ${folder}/ is missing`]);
      const results = join(scratch, `${ownName}.json`);
      const workers = Math.max(1, Math.floor(availableParallelism() / lanes));
      const flags = [`--roots=${folder}`, `--maxWorkers=${workers}`, '--verbose=false', ...sharding];
      flags.push('--json', `--outputFile=${results}`, '--reporters=default', `--reporters=${progressReporter}`);
      if (patterns.length > 0) flags.push('--passWithNoTests');
      const progress = join(scratch, `${ownName}.progress`);
      const { outcome, stoodStill } = await whileItMoves(progress, (signal) =>
        run(process.execPath, [jest, ...flags, ...patterns], {
          env: { ...env, TEST_PROGRESS: progress },
          timeoutMs: stepLimitMs,
          signal,
          quiet: true,
        }),
      );
      return readJestResults(results, { ...outcome, stoodStill }, { mayBeEmpty: patterns.length > 0 });
    },
  };
}

const oneTest = (ok, problems = []) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, problems });
