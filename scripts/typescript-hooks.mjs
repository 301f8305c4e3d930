/** Lets Node import the project's TypeScript as it stands, compiled as the tests compile it, and the package by its public names. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from '@swc/core';
import { root } from './paths.mjs';

// Node tells a tool for coverage of source maps that it meets, such as `npx c8 npx jest …`.
const options = {
  ...(await readJson('scripts/swc.json')),
  sourceMaps: process.env.NODE_V8_COVERAGE ? 'inline' : false,
};
const { compilerOptions } = await readJson('tsconfig.json');
const publicNames = new Map(Object.entries(compilerOptions.paths).map(([name, [file]]) => [name, urlOf(file)]));
/** A file of tests is imported anew for each run of it, under another query. */
const typescript = /\.ts(\?|$)/;

/** `./option.js` is `./option.ts` where it comes from TypeScript. */
export function resolve(specifier, context, next) {
  const url = publicNames.get(specifier);
  if (url !== undefined) return { url, shortCircuit: true };
  const isSource = typescript.test(context.parentURL ?? '') && specifier.startsWith('.') && specifier.endsWith('.js');
  return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!typescript.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  return { format: 'module', source: await compile(await readFile(path, 'utf8'), path), shortCircuit: true };
}

export async function compile(source, filename) {
  const { code } = await transform(source, { ...options, filename });
  return code;
}

function urlOf(file) {
  return pathToFileURL(join(root, file)).href;
}

async function readJson(path) {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}
