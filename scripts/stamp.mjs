import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cache, root } from './paths.mjs';

/**
 * Runs `make` unless nothing changed since it last succeeded: neither the content of `inputs` (files and folders) nor the
 * time of the file `output`.
 */
export async function whenChanged(name, { inputs, output }, make) {
  const path = join(cache, 'stamps', name);
  const before = await fingerprint(inputs);
  if ((await textOf(path)) === `${before} ${await timeOf(output)}`) return;
  await make();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${before} ${await timeOf(output)}`);
}

async function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of await filesOf(input)) hash.update(`${file}\0`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
}

async function filesOf(path) {
  if (!(await stat(join(root, path))).isDirectory()) return [path];
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}

async function textOf(path) {
  return readFile(path, 'utf8').catch(onlyMissing);
}

async function timeOf(path) {
  const found = await stat(join(root, path)).catch(onlyMissing);
  return found?.mtimeMs;
}

function onlyMissing(error) {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
