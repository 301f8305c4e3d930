import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const patienceMs = 3000;

/**
 * Ends the processes that a step of the tests left behind and returns their names. They are known by `mark`, an
 * environment entry such as `TEST_RUN=…` that every process inherits. Linux only; elsewhere none is found.
 */
export async function endLeftBehind(mark) {
  const until = Date.now() + patienceMs;
  let found = await findMarked(mark);
  while (found.length > 0 && Date.now() < until) {
    await delay(100);
    found = await findMarked(mark);
  }
  for (const { pid } of found) kill(pid);
  return found.map(({ pid, name }) => `${name} (process ${pid})`);
}

async function findMarked(mark) {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const processes = await Promise.all(pids.map((pid) => inspect(pid, mark)));
  return processes.filter((found) => found !== undefined);
}

async function inspect(pid, mark) {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    if (!environment.split('\0').includes(mark)) return undefined;
    return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() };
  } catch (error) {
    // It has ended meanwhile, or belongs to somebody else.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return undefined;
    throw error;
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
