import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { minify } from '@swc/core';
import { entryPoints } from '../../scripts/entry-points.mjs';
import { exceeded } from './budget.js';
import { manifest, pack, project, tool } from './package-under-test.js';

let tarball: string;
let size: number;
let files: readonly string[];

beforeAll(async () => {
  ({ tarball, size, files } = await pack());
});

describe('the tarball', () => {
  it('has the licence, the readme and what every exported path leads to', async () => {
    const { exports } = await manifest();
    const targets = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry).flatMap((target) => [target.types, target.default]),
    );
    const paths = ['LICENSE', 'README.md', 'package.json', ...targets.map((path) => normalize(path))];
    expect(files).toEqual(expect.arrayContaining(paths));
  });

  it('has no code that reads a file beside it at run time, which a bundler would leave behind', async () => {
    const code = files.filter((path) => /\.c?js$/.test(path) && !path.startsWith('dist/cli/'));
    expect(code).not.toEqual([]);
    const readers: string[] = [];
    for (const path of code) {
      const text = await readFile(join(project, path), 'utf8');
      if (/import\.meta\b|__dirname|createRequire/.test(text)) readers.push(path);
    }
    expect(readers).toEqual([]);
  });

  it('has no tests, no sample and nothing of a development machine', () => {
    const kinds =
      /^(dist\/.+\.(c?js|c?js\.map|d\.c?ts|d\.ts\.map)|lib\/.+\.(ts|lua)|schematics\/[\w.-]+\.json|docs\/.+\.(md|svg)|docs\/reference\/openapi\.json|[A-Z]+(\.md)?|package\.json)$/;
    expect(files.filter((path) => !kinds.test(path) || /\.(spec|test)\./.test(path))).toEqual([]);
  });

  it('has what every page links to', async () => {
    const pages = files.filter((path) => path.endsWith('.md'));
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/sessions.md', 'docs/stores/redis.md']));
    for (const page of pages) {
      const text = await readFile(join(project, page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, link = '']) => link);
      const local = links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => join(dirname(page), link));
      expect({ page, missing: local.filter((path) => !files.includes(path)) }).toEqual({ page, missing: [] });
    }
  });

  it('has the source that every source map and declaration map names', async () => {
    const maps = files.filter((path) => path.endsWith('.map'));
    expect(maps).not.toEqual([]);
    for (const map of maps) {
      const { sources } = JSON.parse(await readFile(join(project, map), 'utf8')) as { sources: string[] };
      for (const source of sources) expect(files).toContain(join(dirname(map), source));
    }
  });

  it.each(['js', 'cjs'])('is bundled into few files, each with a map (.%s)', (extension) => {
    const code = files.filter((path) => path.startsWith('dist/') && path.endsWith(`.${extension}`));
    // What is shared, the stores that settings can choose, the command, and the list of common passwords.
    expect(code.length).toBeLessThanOrEqual(Object.keys(entryPoints).length + 12);
    expect(files).toEqual(expect.arrayContaining(code.map((path) => `${path}.map`)));
  });

  it('brings the command with what reads its arguments, and with the licence of that', async () => {
    const text = await readFile(join(project, 'dist/cli/main.js'), 'utf8');
    expect(text).not.toMatch(/from ["']commander["']/);
    expect(text).toMatch(/^#!.*\n\/\*![^/]*commander[^/]*The MIT License[^/]*Permission is hereby granted/);
    expect((await manifest()).dependencies).toEqual({ msgpackr: expect.any(String) });
  });

  it('loads at most five files for the module, and three for a part that needs no Nest', async () => {
    expect((await loadedWith('index')).length).toBeLessThanOrEqual(5);
    for (const part of ['flask', 'express', 'redis', 'memory']) {
      expect((await loadedWith(part)).length).toBeLessThanOrEqual(3);
    }
  });

  it('weighs no more than its budget, packed and loaded', async () => {
    const loaded = (await loadedWith('index')).map((name) => stat(join(project, 'dist', `${name}.js`)));
    const bytes = (await Promise.all(loaded)).reduce((sum, file) => sum + file.size, 0);
    expect([exceeded('tarball', size), exceeded('loaded', bytes)]).toEqual([null, null]);
  });

  it('has a client of one file without an import, which weighs no more than its budget when it is minified', async () => {
    expect(await loadedWith('client')).toEqual(['client']);
    const text = await readFile(join(project, 'dist/client.js'), 'utf8');
    const { code } = await minify(text, { module: true });
    expect(/^import|import\(/m.test(text)).toBe(false);
    expect(exceeded('client', Buffer.byteLength(code))).toBeNull();
  });

  it('has every class under its own name, by which Nest and errors call it', async () => {
    for (const path of files.filter((file) => /^dist\/.*\.c?js$/.test(file))) {
      const text = await readFile(join(project, path), 'utf8');
      expect({ path, renamed: text.match(/\bclass \w+\$\d+/g) }).toEqual({ path, renamed: null });
    }
  });

  it('keeps the comments on what it declares', async () => {
    const declarations = files.filter((path) => path.startsWith('dist/') && path.endsWith('.d.ts'));
    const texts = await Promise.all(declarations.map((path) => readFile(join(project, path), 'utf8')));
    // What several entry points declare is in a file that they share.
    expect(texts.join('\n')).toMatch(/\*\/\ndeclare class AuthService/);
  });

  it('passes publint', async () => {
    await expect(tool('publint/src/cli.js', [tarball, '--strict'], project)).resolves.toContain('All good');
  });

  it('has types that resolve under every exported path', async () => {
    const args = ['--profile', 'strict', '--no-color', '--no-emoji', tarball];
    await expect(tool('@arethetypeswrong/cli/dist/index.js', args, project)).resolves.toContain('No problems found');
  });
});

/** The package's files that importing an entry point loads at once. */
async function loadedWith(entry: string): Promise<string[]> {
  const found = new Set([entry]);
  for (const name of found) {
    const text = await readFile(join(project, 'dist', `${name}.js`), 'utf8');
    for (const [, target = ''] of text.matchAll(/^(?:import|export)\b.*['"]\.\/([\w-]+)\.js['"]/gm)) found.add(target);
  }
  return [...found];
}
