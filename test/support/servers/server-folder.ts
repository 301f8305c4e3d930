import { statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
const enough = 2 ** 31;

/** A folder for the files of a server, which are to be forgotten: in memory where there is room for those of many. */
export function serverFolder(name: string): Promise<string> {
  return mkdtemp(join(roomIn(inMemory) > enough ? inMemory : tmpdir(), `${name}-`));
}

function roomIn(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
