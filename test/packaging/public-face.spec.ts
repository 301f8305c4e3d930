import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { storeTypes } from '../../lib/stores/index.js';
import { manifest, project } from './package-under-test.js';

describe('the public face', () => {
  it('exports each store that can be chosen under its name, and no other', async () => {
    const { exports } = await manifest();
    const notStores = ['.', './package.json', './testing', './events', './flask', './express', './keyv', './connect'];
    const stores = Object.keys(exports).filter((path) => !notStores.includes(path));
    expect(stores.sort()).toEqual(storeTypes.map((type) => `./${type}`).sort());
  });

  it('leads each store to its folder', async () => {
    const { exports } = await manifest();
    for (const type of storeTypes) {
      expect(exports[`./${type}`]).toEqual({
        types: `./dist/stores/${type}/index.d.ts`,
        default: `./dist/stores/${type}/index.js`,
      });
    }
  });

  it('names no optional peer in its declarations, which must compile without them', async () => {
    const { peerDependenciesMeta } = await manifest();
    const optional = Object.keys(peerDependenciesMeta);
    expect(optional).not.toEqual([]);
    // What a store's own entry point leads to may name the store's library: who imports it has that.
    const paths = await reachable([
      'index.d.ts',
      'testing/index.d.ts',
      'interop/flask/index.d.ts',
      'interop/express/index.d.ts',
    ]);
    expect(paths).toContain('session.module.d.ts');
    for (const path of paths) {
      const text = await readFile(join(project, 'dist', path), 'utf8');
      const named = optional.filter((peer) => new RegExp(`(from|import\\(|import) ?['"]${peer}['"/]`).test(text));
      expect({ path, named }).toEqual({ path, named: [] });
    }
  });
});

/** The declarations that some lead to, themselves included, by their paths in `dist/`. */
async function reachable(entries: readonly string[]): Promise<string[]> {
  const found = new Set(entries);
  // A set that is walked gives what is added on the way, too.
  for (const path of found) {
    const text = await readFile(join(project, 'dist', path), 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g)) {
      found.add(posix.join(posix.dirname(path), `${target}.d.ts`));
    }
  }
  return [...found];
}
