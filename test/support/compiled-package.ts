import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { temporaryFolder } from './temporary-folder.js';

/** TypeScript of an application as plain JavaScript, with the metadata that Nest reads. */
export function compiled(source: string, type: 'module' | 'commonjs' = 'module'): string {
  const { code } = transformSync(source, {
    filename: 'source.ts',
    swcrc: false,
    module: { type: type === 'module' ? 'es6' : 'commonjs', ignoreDynamic: true },
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
  });
  return code;
}

/** Compiled once a process, which takes a second. */
let library: ReadonlyMap<string, string> | undefined;

function compiledLibrary(): ReadonlyMap<string, string> {
  const lib = resolve('lib');
  const names = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(
    names.map((name) => [name.replace(/\.ts$/, '.js'), compiled(readFileSync(join(lib, name), 'utf8'))] as const),
  );
}

/** All of `lib/`, compiled into a temporary folder, for applications in child processes: they are plain Node. */
export function compiledPackage(): { readonly entry: string; remove(): void } {
  const out = temporaryFolder('compiled-package');
  library ??= compiledLibrary();
  for (const [name, code] of library) {
    const target = join(out.path, 'lib', name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  writeFileSync(join(out.path, 'package.json'), '{ "type": "module" }');
  symlinkSync(resolve('node_modules'), join(out.path, 'node_modules'));
  return {
    entry: join(out.path, 'lib', 'index.js'),
    remove: () => {
      out.remove();
    },
  };
}
