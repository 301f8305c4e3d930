/** The applications of `applications.mjs`, each in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { started, temporaryFolder, track } from './processes.mjs';

const ANSWER_MS = 3_000;
const START_FILE = fileURLToPath(new URL('apps/start.mjs', import.meta.url));

let folders = 0;

/** Starts one in production mode and with nothing of the user's environment. @param ports of the servers, by name */
export async function startApplication({ title, file, options }, platform, ports) {
  const context = { file, options, platform, ports, folder: join(temporaryFolder(), `sessions-${(folders += 1)}`) };
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
  const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
  child.send('cpu');
  const [{ cpu }] = await answer;
  return cpu.user + cpu.system;
}
