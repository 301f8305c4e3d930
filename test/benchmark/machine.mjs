/** What was measured, where, in a sentence: figures without it say nothing. */
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';
import { CONNECTIONS, GENERATOR_NAME } from './load.mjs';

const require = createRequire(import.meta.url);
const GIGABYTE = 2 ** 30;
/** Of other work, so taken before the run makes its own. */
const LOAD_BEFORE = loadavg()[0];
const BUSY = ' (**busy: the ratios of requests/s say little**)';

/** The installed version, read from the package's own folder, since few packages export their package.json. */
function version(name) {
  const folder = require.resolve.paths(name).find((path) => readable(`${path}/${name}/package.json`));
  return folder ? JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')).version : 'unknown';
}

function readable(path) {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** @param packages names of packages whose versions matter @param servers with their versions */
export function machine({ rounds, seconds, packages, servers }) {
  const versions = packages.map((name) => `${name} ${version(name)}`).join(', ');
  const load = rounds
    ? `interleaved rounds (${rounds}) of ${seconds} s a route and application, ${CONNECTIONS} connections (${GENERATOR_NAME})`
    : 'speed was not measured';
  const busy = rounds && LOAD_BEFORE > availableParallelism() / 2 ? BUSY : '';
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${cpus()[0]?.model.trim() ?? 'an unknown processor'},`,
    `${availableParallelism()} cores, ${Math.round(totalmem() / GIGABYTE)} GB, shared by server, Redis and load; load average before the run ${LOAD_BEFORE.toFixed(1)}${busy};`,
    `Node ${process.versions.node}, ${servers.join(', ')}; ${load}. Versions: ${versions}.`,
  ].join(' ');
}
