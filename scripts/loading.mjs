/**
 * `npm run loading [-- FOLDER…]`: how many files of this package each entry point loads, and how long that takes once Nest is
 * loaded. Each FOLDER holds a `dist/` to measure, such as a checkout of an earlier version that was built; without any, this one.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { root } from './paths.mjs';

const rounds = 15;
const measured = ['.', './redis', './express', './flask'];
const execute = promisify(execFile);

/** Runs in a process of its own: loads what is not ours, then the entry point. */
const probe = `
  for (const name of ['reflect-metadata', 'rxjs', '@nestjs/common', '@nestjs/core', 'msgpackr']) await import(name);
  const begun = performance.now();
  await import(process.env.ENTRY);
  console.log(performance.now() - begun);
`;

/** Loader hooks that say on the error output which files are loaded. */
const hooks = `import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(2, 'loaded ' + url + '\\n');
    return next(url, context);
  }`;
const listing = `
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));
  await import(process.env.ENTRY);
`;

const folders = process.argv.slice(2).map((folder) => resolve(folder));
if (folders.length === 0) folders.push(root);
for (const path of measured) {
  const entries = await Promise.all(folders.map((folder) => entryOf(folder, path)));
  const times = entries.map(() => []);
  // By turns, so that all suffer alike from what else the machine does.
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, entry] of entries.entries()) times[index].push(Number((await node(probe, entry)).stdout));
  }
  for (const [index, entry] of entries.entries()) {
    const files = await filesOf(entry, folders[index]);
    const median = times[index].sort((one, other) => one - other)[Math.floor(rounds / 2)];
    console.log(`${folders[index]} ${path}: ${files} files, ${median.toFixed(1)} ms (median of ${rounds})`);
  }
}

async function entryOf(folder, path) {
  const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const target = exports[path];
  return pathToFileURL(join(folder, target.import?.default ?? target.default)).href;
}

async function filesOf(entry, folder) {
  const { stderr } = await node(listing, entry);
  const own = `loaded ${pathToFileURL(join(folder, 'dist')).href}/`;
  return stderr.split('\n').filter((line) => line.startsWith(own)).length;
}

function node(script, entry) {
  return execute(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, ENTRY: entry },
  });
}
