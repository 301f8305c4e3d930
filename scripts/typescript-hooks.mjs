/** Lets Node import the project's TypeScript as it stands, compiled as the tests compile it. For scripts alone. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import jest from '../jest.config.mjs';

const [[, options]] = Object.values(jest.transform);

/** `./option.js` is `./option.ts` where it comes from TypeScript. */
export function resolve(specifier, context, next) {
  const isSource = context.parentURL?.endsWith('.ts') && specifier.startsWith('.') && specifier.endsWith('.js');
  return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), { ...options, filename: url });
  return { format: 'module', source: code, shortCircuit: true };
}
