import { join } from 'node:path';

/** The project's folder. */
export const root = join(import.meta.dirname, '..');

/** What the scripts keep between runs: stamps, the built sample, test results. Never committed, safe to delete. */
export const cache = join(root, '.cache');

/** What `nest build` makes of `lib/`, file by file, before it is bundled into `dist/`. */
export const compiled = join(cache, 'library');

/** The file inside an installed development package, e.g. `bin('eslint/bin/eslint.js')`. */
export const bin = (path) => join(root, 'node_modules', path);
