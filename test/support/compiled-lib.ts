import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { temporaryFolder } from './temporary-folder.js';

/** Folders of `lib/`, compiled into a temporary folder, for child processes: they are plain Node and know no TypeScript. */
export function compiledLib(...folders: readonly string[]): { readonly path: string; remove(): void } {
  const lib = resolve('lib');
  const out = temporaryFolder('compiled-lib');
  for (const name of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || !(folders.includes(dirname(name)) || dirname(name) === '.')) continue;
    const source = join(lib, name);
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: relative(lib, source),
      swcrc: false,
      module: { type: 'es6' },
      jsc: { target: 'es2023', parser: { syntax: 'typescript', decorators: true } },
    });
    const target = join(out.path, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  writeFileSync(join(out.path, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules'), join(out.path, 'node_modules'));
  return out;
}
