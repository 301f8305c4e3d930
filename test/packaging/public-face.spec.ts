import { describe, expect, it } from '@jest/globals';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { storeTypes } from '../../lib/stores/index.js';
import { manifest, project } from './package-under-test.js';

describe('the public face', () => {
  it('exports each store that can be chosen under its name, and no other', async () => {
    const { exports } = await manifest();
    const notStores = ['.', './package.json', './testing', './events', './flask'];
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
    const paths = (await readdir(join(project, 'dist'), { recursive: true })).filter((path) => path.endsWith('.d.ts'));
    expect(paths).toContain('index.d.ts');
    for (const path of paths) {
      const text = await readFile(join(project, 'dist', path), 'utf8');
      const named = optional.filter((peer) => new RegExp(`(from|import\\(|import) ?['"]${peer}['"/]`).test(text));
      expect({ path, named }).toEqual({ path, named: [] });
    }
  });
});
