import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { transformSync } from '@swc/core';
import { temporaryFolder } from './temporary-folder.js';

/** All of `lib/`, compiled into a temporary folder, for applications in child processes: they are plain Node. */
export function compiledPackage(): { readonly entry: string; remove(): void } {
  const lib = resolve('lib');
  const out = temporaryFolder('compiled-package');
  for (const name of readdirSync(lib, { recursive: true, encoding: 'utf8' })) {
    const source = join(lib, name);
    const target = join(out.path, 'lib', name);
    mkdirSync(dirname(target), { recursive: true });
    if (!name.endsWith('.ts')) continue;
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: name,
      swcrc: false,
      module: { type: 'es6' },
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        keepClassNames: true,
      },
    });
    writeFileSync(target.replace(/\.ts$/, '.js'), code);
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
