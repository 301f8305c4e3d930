/** Brings about what a run needs and is missing: the peers' packages, and a build that is as new as the source. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { track } from './processes.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '..', '..');

async function npm(folder, ...settings) {
  const child = track(spawn('npm', settings, { cwd: folder, stdio: ['ignore', 2, 2] })); // the report alone goes to stdout
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm ${settings.join(' ')} failed in ${folder}`);
}

function newest(folder) {
  const times = readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs);
  return Math.max(0, ...times);
}

/** @param build whether the package itself is measured */
export async function prepare({ build, log }) {
  if (!existsSync(join(ROOT, 'node_modules', '@nestjs', 'core'))) throw new Error('run `npm ci` first');
  if (!existsSync(join(HERE, 'node_modules', '.package-lock.json'))) {
    log('installing the peers');
    await npm(HERE, 'ci');
  }
  const built = join(ROOT, 'dist', 'index.js');
  if (build && (!existsSync(built) || statSync(built).mtimeMs < newest(join(ROOT, 'lib')))) {
    log('building the package');
    await npm(ROOT, 'run', 'build');
  }
}
