import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { adapters, entryPoints } from '../../scripts/entry-points.mjs';
import { storeTypes } from '../../lib/stores/index.js';
import { manifest, project } from './package-under-test.js';

const nest = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];
const names = Object.keys(entryPoints);
const adapterPaths = Object.keys(adapters).map((name) => `./${name}`);

describe('the public face', () => {
  it('exports each store that can be chosen under its name, and no other', async () => {
    const { exports } = await manifest();
    const others = [
      '.',
      './package.json',
      './openapi.json',
      './accounts',
      './client',
      './testing',
      './flask',
      './express',
      './keyv',
      './connect',
    ];
    const notStores = [...others, ...adapterPaths, './store', './limiter', './migration'];
    const stores = Object.keys(exports).filter((path) => !notStores.includes(path));
    expect(stores.sort()).toEqual(storeTypes.map((type) => `./${type}`).sort());
  });

  it('keeps what makes stores from settings to itself', async () => {
    for (const type of storeTypes) {
      expect({ type, exported: Object.keys(await contentOf(type)) }).toEqual({
        type,
        exported: expect.not.arrayContaining(['create']),
      });
    }
  });

  it('gives authors the classes that the root gives until 1.0', async () => {
    const root = await contentOf('index');
    for (const name of ['store', 'limiter']) {
      const own = await contentOf(name);
      expect({ name, exported: Object.keys(own).length }).not.toEqual({ name, exported: 0 });
      for (const [key, value] of Object.entries(own)) {
        // What is new is there alone.
        if (key in root) expect({ key, same: root[key] === value }).toEqual({ key, same: true });
      }
    }
  });

  it('leads import and require to one and the same file, and who cannot load that to CommonJS', async () => {
    const { exports } = await manifest();
    for (const name of names) {
      const esm = { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
      const commonJs = { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` };
      // The first that a tool knows counts, so their order does, too.
      expect(JSON.stringify(exports[name === 'index' ? '.' : `./${name}`])).toBe(
        JSON.stringify({ 'module-sync': esm, module: esm, import: esm, require: commonJs, default: esm }),
      );
    }
    expect(exports['./openapi.json']).toBe('./docs/reference/openapi.json');
    expect(Object.keys(exports)).toHaveLength(names.length + 2);
  });

  it('leads compilers that know no exports to the same declarations', async () => {
    const { main, types, typesVersions } = await manifest();
    expect({ main, types }).toEqual({ main: './dist/index.cjs', types: './dist/index.d.cts' });
    const paths = names.filter((name) => name !== 'index').map((name) => [name, [`./dist/${name}.d.cts`]]);
    const document = { 'openapi.json': ['./docs/reference/openapi.json'] };
    expect(typesVersions).toEqual({ '*': { ...(Object.fromEntries(paths) as object), ...document } });
  });

  it.each(['ts', 'cts'])('names no optional peer but Nest in its declarations (.d.%s)', async (extension) => {
    const { peerDependenciesMeta } = await manifest();
    const optional = Object.keys(peerDependenciesMeta).filter((peer) => !nest.includes(peer));
    expect(optional).not.toEqual([]);
    // What a store's own entry point leads to may name the store's library: who imports it has that.
    const files = await reachable(['index', 'testing', 'flask', 'express'], `d.${extension}`);
    expect(files.size).toBeGreaterThan(4);
    for (const [path, text] of files) expect({ path, named: packagesIn(text, optional) }).toEqual({ path, named: [] });
  });

  it.each(['d.ts', 'd.cts', 'js', 'cjs'])(
    'needs Nest for nothing but its module and what tests want (.%s)',
    async (extension) => {
      const { peerDependenciesMeta } = await manifest();
      expect(Object.keys(peerDependenciesMeta)).toEqual(expect.arrayContaining(nest));
      const files = await reachable(
        names.filter((name) => !['index', 'limiter', 'accounts', 'testing', ...Object.keys(adapters)].includes(name)),
        extension,
      );
      for (const [path, text] of files) expect({ path, named: packagesIn(text, nest) }).toEqual({ path, named: [] });
      const module = await reachable(['index'], extension);
      expect(packagesIn([...module.values()].join(''), nest)).toContain('@nestjs/common');
    },
  );
});

/** What an entry point exports. */
const contentOf = async (name: string) =>
  (await import(pathToFileURL(join(project, 'dist', `${name}.js`)).href)) as Record<string, unknown>;

/** The files in `dist/` that some lead to, themselves included, with their texts. */
async function reachable(entries: readonly string[], extension: string): Promise<Map<string, string>> {
  const found = new Set(entries);
  const texts = new Map<string, string>();
  const link = new RegExp(String.raw`(?:from|^import|require\()\s*'\./([\w-]+)\.[a-z]+'`, 'gm');
  // A set that is walked gives what is added on the way, too.
  for (const name of found) {
    const text = await readFile(join(project, 'dist', `${name}.${extension}`), 'utf8');
    texts.set(name, text);
    for (const [, target = ''] of text.matchAll(link)) found.add(target);
  }
  return texts;
}

function packagesIn(text: string, packages: readonly string[]): string[] {
  return packages.filter((name) => new RegExp(`^(import|export|var|const|require).*['"]${name}['"/]`, 'm').test(text));
}
