import { cp, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { exclusively } from './exclusively.mjs';
import { cache, compiled, compilerFor, root } from './paths.mjs';
import { writeRedisScripts } from './redis-scripts.mjs';
import { run } from './run.mjs';
import { whenChanged } from './stamp.mjs';

const compilerInputs = ['package.json', 'package-lock.json', 'tsconfig.json'];
const bundlerInputs = ['scripts/bundle.mjs', 'scripts/entry-points.mjs'];
const timeoutMs = 5 * 60_000;

/** Where the built sample's entry is. */
export const sampleEntry = join(cache, 'sample', 'main.js');

/** Where the documentation site is built. */
export const siteFolder = join(cache, 'site', 'built');

/** Builds the library to `dist/`, unless nothing changed. */
export function buildLibrary() {
  return exclusively('build', async () => {
    await writeRedisScripts();
    await whenChanged(
      'library',
      {
        inputs: [...compilerInputs, ...bundlerInputs, 'tsconfig.build.json', 'lib'],
        output: 'dist/index.js',
      },
      makeLibrary,
    );
  });
}

async function makeLibrary() {
  await rm(compiled, { recursive: true, force: true });
  // By the same compiler in every form, since this is what is published.
  await compile('the library', compilerFor({}), ['--project', 'tsconfig.build.json']);
  await compile('its bundles', join(root, 'scripts/bundle.mjs'), []);
}

/** Builds the sample to `.cache/sample/`, with the library's `dist/` as an application would see it. */
export function buildSample(env = process.env) {
  const outDir = join(cache, 'sample');
  const compiler = compilerFor(env);
  return exclusively('build', () =>
    whenChanged(
      `sample-${basename(dirname(dirname(compiler)))}`,
      { inputs: [...compilerInputs, 'dist', 'sample'], output: '.cache/sample/main.js' },
      async () => {
        await rm(outDir, { recursive: true, force: true });
        // Pages and styles lie beside the code that reads them.
        await cp(join(root, 'sample'), outDir, { recursive: true, filter: (path) => extname(path) !== '.ts' });
        await compile('the sample', compiler, ['--project', 'sample/tsconfig.json']);
      },
    ),
  );
}

/**
 * Builds the documentation site to `.cache/site/built/`, from the documents and the library's declarations.
 *
 * @param entries those whose API has pages; none: all
 */
export function buildSite(entries = []) {
  return exclusively('site', () =>
    whenChanged(
      ['site', ...entries].join('-'),
      {
        inputs: ['package-lock.json', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'docs', 'dist', 'scripts/site'],
        output: '.cache/site/built/index.html',
      },
      () => compile('the documentation site', join(root, 'scripts/site/build.mjs'), entries),
    ),
  );
}

async function compile(what, script, args) {
  console.log(`Building ${what} …`);
  const { ok, timedOut, output } = await run(process.execPath, [script, ...args], { timeoutMs, quiet: true });
  if (!ok) throw new Error(`Building ${what} ${timedOut ? 'took too long' : 'failed'}:\n${output}`);
}

if (import.meta.filename === process.argv[1]) await exclusively('build', makeLibrary);
