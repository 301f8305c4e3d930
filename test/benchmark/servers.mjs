/** Starts and stops what a run needs: one private Redis, the applications, a temporary folder. Loopback only. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const START_MS = 30_000;
const STOP_MS = 3_000;
const START_FILE = fileURLToPath(new URL('apps/start.mjs', import.meta.url));

const running = new Set();
let folder;

/** A folder that is gone when the run ends. */
export function temporaryFolder() {
  folder ??= mkdtempSync(join(tmpdir(), 'nestjs-session-auth-benchmark-'));
  return folder;
}

/** Starts a program that ends with this run at the latest. */
export function track(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends a program, by its process, and waits until it is gone. */
export async function stop(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(timer);
}

/** Ends everything that the run started. */
export async function stopAll() {
  await Promise.all([...running].map(stop));
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

/** Waits for a promise that a starting program settles, or says which program did not start and what it wrote. */
async function started(name, child, ready) {
  let written = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (written = (written + text).slice(-4_000)));
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

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A Redis server without persistence, on a free port. */
export async function startRedis() {
  const port = await freePort();
  const settings = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    temporaryFolder(),
  ];
  const child = track(spawn('redis-server', settings.map(String), { stdio: ['ignore', 'pipe', 'pipe'] }));
  const ready = new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error('redis-server is needed: install it (Debian: redis-server)', { cause })),
    );
    createInterface(child.stdout).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  await started('redis-server', child, ready);
  return { port, child };
}

let folders = 0;

/** An application of `applications.mjs` in a process of its own, in production mode and with nothing of the user's environment. */
export async function startApplication({ title, file, options }, platform, redisPort) {
  const context = { file, options, platform, redisPort, folder: join(temporaryFolder(), `sessions-${(folders += 1)}`) };
  const { PATH, HOME, TMPDIR } = process.env;
  const env = Object.fromEntries(Object.entries({ PATH, HOME, TMPDIR }).filter(([, value]) => value !== undefined));
  const child = track(
    fork(START_FILE, [JSON.stringify(context)], {
      env: { ...env, NODE_ENV: 'production' },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    }),
  );
  const { port } = await started(
    `${title} on ${platform}`,
    child,
    new Promise((resolve) => child.once('message', resolve)),
  );
  return { port, child };
}

/** The processor time that an application has taken so far, in microseconds: what it did itself, however busy the machine. */
export async function cpuOf(child) {
  const answer = once(child, 'message', { signal: AbortSignal.timeout(STOP_MS) });
  child.send('cpu');
  const [{ cpu }] = await answer;
  return cpu.user + cpu.system;
}
