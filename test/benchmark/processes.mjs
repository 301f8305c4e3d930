/** Programs and temporary folders that end with the run at the latest. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const START_MS = 30_000;
const STOP_MS = 3_000;

/** By child, the signal that ends it. */
const running = new Map();
const folders = new Set();
let shared;

/** A folder of its own for whoever asks, gone when the run ends. */
export function newFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'nestjs-session-auth-benchmark-'));
  folders.add(folder);
  return folder;
}

/** The one that all share. */
export function temporaryFolder() {
  shared ??= newFolder();
  return shared;
}

/** Sees to it that a program ends with this run at the latest. */
export function track(child, signal = 'SIGTERM') {
  running.set(child, signal);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends a program, by its process, and waits until it is gone. */
export async function stop(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(running.get(child));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Ends everything that the run started. */
export async function stopAll() {
  await Promise.all([...running.keys()].map(stop));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
  shared = undefined;
}

/** Waits for a promise that a starting program settles, or says which program did not start and what it wrote. */
export async function started(name, child, ready) {
  let written = '';
  const note = (text) => (written = (written + text).slice(-4_000));
  for (const output of [child.stdout, child.stderr]) output?.setEncoding('utf8').on('data', note);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), START_MS);
  try {
    return await Promise.race([
      ready,
      once(child, 'exit', { signal: deadline.signal }).then(() => Promise.reject(new Error('it ended'))),
    ]);
  } catch (cause) {
    child.kill('SIGKILL');
    throw new Error(`${name} did not start: ${cause.message}\n${written}`, { cause });
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

/**
 * Starts a server, and resolves to its process as soon as it has written `ready`.
 *
 * @param before a program, with its arguments, that runs it
 */
export async function startProgram({ program, args, ready, before = [], signal }) {
  const [file, ...rest] = [...before, ...deathWish(), program, ...args];
  const child = track(spawn(file, rest.map(String), { stdio: ['ignore', 'pipe', 'pipe'] }), signal);
  const isReady = new Promise((resolve, reject) => {
    let written = '';
    const read = (text) => {
      written = (written + text).slice(-4_000);
      if (ready.test(written)) resolve();
    };
    child.once('error', reject);
    for (const output of [child.stdout, child.stderr]) output.on('data', read);
  });
  await started(program, child, isReady);
  return child;
}

/** The kernel ends the program with this process, also when this one is killed and has no time to clean up. */
function deathWish() {
  return spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL'] : [];
}

/** The full path of a program, in the PATH or in further folders. Throws where there is none, and says what has it. */
export function findProgram(name, debian, further = []) {
  const places = [...(process.env.PATH ?? '').split(delimiter), ...further].map((folder) => join(folder, name));
  const found = places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`${name} is needed: install it (Debian: ${debian})`);
  return found;
}

/** A port of 127.0.0.1 on which nobody listens now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
