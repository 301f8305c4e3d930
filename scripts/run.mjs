import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './paths.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const ownGroup = process.platform !== 'win32';
const graceMs = 5000;
const running = new Set();

/**
 * Runs a command without standard input, as the head of a process group of its own, so that everything it starts ends
 * with it: when it exits, when it takes longer than `timeoutMs`, and when this process is asked to stop.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, signal?: AbortSignal, quiet?: boolean }} [options]
 *   `signal` ends it as `timeoutMs` does; `quiet`: the output is only collected, not shown.
 * @returns {Promise<{ ok: boolean, code: number | null, timedOut: boolean, output: string }>}
 */
export function run(command, args, { cwd = root, env = process.env, timeoutMs, signal, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: process.stdout.isTTY ? { FORCE_COLOR: '1', ...env } : env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: ownGroup,
    });
    const chunks = [];
    let timedOut = false;
    let timer;

    const collect = (target) => (chunk) => {
      chunks.push(chunk);
      if (!quiet) target.write(chunk);
    };
    child.stdout.on('data', collect(process.stdout));
    child.stderr.on('data', collect(process.stderr));

    child.once('error', (error) => {
      forget(child);
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', () => {
      // A grandchild that outlives its parent would keep the pipes, and so this promise, open.
      signalGroup(child, 'SIGTERM');
      setTimeout(() => {
        signalGroup(child, 'SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs).unref();
    });
    child.once('close', (code) => {
      forget(child);
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString();
      resolve({ ok: code === 0 && !timedOut, code, timedOut, output });
    });

    remember(child);
    const giveUp = () => {
      timedOut = true;
      end(child);
    };
    if (timeoutMs !== undefined) timer = setTimeout(giveUp, timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** Runs npm, the one that started this script where there is one. */
export function npm(args, options) {
  const npmScript = process.env.npm_execpath;
  return npmScript?.endsWith('.js') ? run(process.execPath, [npmScript, ...args], options) : run('npm', args, options);
}

function end(child) {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs).unref();
}

function signalGroup(child, signal) {
  try {
    if (ownGroup) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function remember(child) {
  if (running.size === 0) for (const signal of signals) process.on(signal, stopAll);
  running.add(child);
}

function forget(child) {
  running.delete(child);
  if (running.size === 0) for (const signal of signals) process.off(signal, stopAll);
}

function stopAll(signal) {
  process.exitCode = 128 + constants.signals[signal];
  const ended = [...running].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of running) end(child);
  Promise.all(ended).then(() => process.exit());
}

process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});
