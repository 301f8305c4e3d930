/** Loads one route of one application and gives `{ responses, seconds }`: with wrk where it is installed, else with generator.mjs. */
import { execFile, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stop, temporaryFolder, track } from './processes.mjs';

export const CONNECTIONS = 32;
const GRACE_MS = 10_000;
const GENERATOR = fileURLToPath(new URL('generator.mjs', import.meta.url));

const hasWrk = spawnSync('wrk', ['--version'], { stdio: 'ignore' }).error === undefined;
export const GENERATOR_NAME = hasWrk ? 'wrk, 1 thread' : 'own generator';

/** @param cookies Cookie headers, one after the other, so that parallel writes meet in one session but seldom */
export function load({ port, path, cookies, seconds }) {
  const lines = (cookie) => [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Cookie: ${cookie}`, '', ''];
  const requests = cookies.map((cookie) => lines(cookie).join('\r\n'));
  return hasWrk ? loadWithWrk(port, requests, seconds) : loadWithGenerator(port, requests, seconds);
}

async function loadWithWrk(port, requests, seconds) {
  const script = join(temporaryFolder(), 'wrk.lua');
  writeFileSync(
    script,
    `local requests = { ${requests.map((request) => JSON.stringify(request)).join(',\n')} }
local index = 0
request = function()
  index = index % #requests + 1
  return requests[index]
end
`,
  );
  const settings = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}`];
  const running = promisify(execFile)('wrk', settings, { timeout: seconds * 1_000 + GRACE_MS });
  track(running.child);
  const { stdout } = await running;
  const trouble = /Non-2xx.*|Socket errors.*/.exec(stdout);
  const responses = /(\d+) requests in/.exec(stdout);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout);
  if (trouble || !responses || !rate) throw new Error(`the load failed: ${trouble?.[0] ?? stdout}`);
  return { responses: Number(responses[1]), seconds: Number(responses[1]) / Number(rate[1]) };
}

async function loadWithGenerator(port, requests, seconds) {
  const child = track(fork(GENERATOR, { execArgv: [] }));
  try {
    child.send({ port, requests, connections: CONNECTIONS, seconds });
    const signal = AbortSignal.timeout(seconds * 1_000 + GRACE_MS);
    const ended = once(child, 'exit', { signal }).then(() => Promise.reject(new Error('the load generator ended')));
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended]);
    return answer;
  } finally {
    await stop(child);
  }
}
