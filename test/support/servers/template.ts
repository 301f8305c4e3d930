import { createHash, randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { project } from '../../docs/pages.js';
import { serverFolder } from './server-folder.js';

const run = promisify(execFile);
const templates = join(project, '.cache', 'servers');

export interface Template {
  /** The program whose data it is: another version of it makes its own. */
  readonly program: string;
  /** What else it depends on. */
  readonly settings: readonly string[];
  /** Makes `data/` in a folder. */
  make(folder: string): void;
}

/**
 * Puts `data/` into a folder, as a server's own program makes it. That takes most of a second of a processor, so it is done once, for
 * all files of tests and all runs, and copied.
 */
export async function copyTemplate(template: Template, folder: string): Promise<void> {
  const made = join(templates, nameOf(template));
  if (!existsSync(made)) await make(template, made);
  await copy(join(made, 'data'), folder);
}

function nameOf({ program, settings }: Template): string {
  const path = realpathSync(program);
  const { size, mtimeMs } = statSync(path);
  const key = JSON.stringify([path, size, mtimeMs, settings]);
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

async function make({ make }: Template, made: string): Promise<void> {
  // The user that a server runs as may have no access to the project.
  const folder = await serverFolder('server-template');
  const ready = `${made}-${randomUUID()}`;
  try {
    make(folder);
    mkdirSync(ready, { recursive: true });
    await copy(join(folder, 'data'), ready);
    // Other processes may make it at the same time: whole or not at all, and the first one stays.
    if (!existsSync(made)) renameSync(ready, made);
  } catch (error) {
    if (!existsSync(made)) throw error;
  } finally {
    rmSync(ready, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function copy(path: string, folder: string): Promise<void> {
  await run('cp', ['-a', path, folder]);
}
