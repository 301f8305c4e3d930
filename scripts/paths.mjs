import { join } from 'node:path';

/** The project's folder. */
export const root = join(import.meta.dirname, '..');

/** What the scripts keep between runs: stamps, the built sample, test results. Never committed, safe to delete. */
export const cache = join(root, '.cache');

/** What the compiler makes of `lib/`, file by file, before it is bundled into `dist/`. */
export const compiled = join(cache, 'library');

/** The file inside an installed development package, e.g. `bin('oxlint/bin/oxlint')`. */
export const bin = (path) => join(root, 'node_modules', path);

/**
 * TypeScript 7, which takes a quarter of the time of 6. In the nightly form, 6: its interfaces are what the site and tests need, and
 * applications still compile with it.
 */
export const compilerFor = (env) => bin(env.TEST_FULL === '1' ? 'typescript/bin/tsc' : 'typescript7/bin/tsc');
