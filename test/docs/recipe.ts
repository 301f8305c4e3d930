import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeBlocks, fileOf, givenFiles, pages, project } from './pages.js';

/** The files that a page shows, as an application that can be imported. */
export interface Recipe {
  readonly folder: string;
  /** Imports one of the files, such as `src/app.module.ts`. */
  load(path: string): Promise<Record<string, unknown>>;
  /** The text of one of the files. */
  text(path: string): string;
  remove(): void;
}

/**
 * Writes the files of a page, so that what readers copy is what runs.
 *
 * @param replaced texts that a test replaces, such as the cost of a hash; the page must have them
 */
export function recipeOf(path: string, replaced: Readonly<Record<string, string>> = {}): Recipe {
  const page = pages().find((page) => page.path === path);
  if (page === undefined) throw new Error(`There is no page ${path}.`);
  const cache = join(project, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'recipe-'));
  const missing = new Set(Object.keys(replaced));
  for (const block of [...codeBlocks(page), ...givenFiles(page)]) {
    const file = fileOf(block);
    if (file === null) continue;
    let { code } = block;
    for (const [text, other] of Object.entries(replaced)) {
      if (code.includes(text)) missing.delete(text);
      code = code.replaceAll(text, other);
    }
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  if (missing.size > 0) throw new Error(`${path} does not have ${[...missing].join(', ')}.`);
  return {
    folder,
    load: (file) => import(join(folder, file)) as Promise<Record<string, unknown>>,
    text: (file) => readFileSync(join(folder, file), 'utf8'),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
