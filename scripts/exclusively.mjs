import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cache } from './paths.mjs';

/** Runs `work` while no other process of this folder is inside `exclusively` with the same name. */
export async function exclusively(name, work) {
  await mkdir(cache, { recursive: true });
  const path = join(cache, `${name}.lock`);
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    while (!(await take(path, mine))) await delay(200);
  } finally {
    await rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path, mine) {
  try {
    // A link appears with its content, a file that is written would be empty for a moment.
    await link(mine, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = await readHolder(path);
  if (holder === null || isAlive(holder)) return false;
  await rm(path, { force: true });
  await link(mine, path).catch(() => undefined);
  // Of two processes that both remove a dead one's lock, the later may have removed the lock of the earlier.
  await delay(100);
  return (await readHolder(path)) === process.pid;
}

async function readHolder(path) {
  try {
    return Number(await readFile(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
