/**
 * `npm run bench`: compares session libraries inside Nest, by what they do and by what they cost.
 *
 *   --rounds 5        interleaved rounds; 0 measures behaviours, round trips and Redis' costs alone
 *   --seconds 2       of load for each route of each application in a round
 *   --only express    one adapter (express or fastify)
 *   --apps a,b        some applications, by their names in applications.mjs
 *   --routes read     some routes (untouched, read, write) for the speed
 *   --write           adds the run to docs/benchmarks/history/, and writes docs/benchmarks.md and its plots
 *
 * Some parts can be run by themselves, too: sealed.mjs, store-reads.mjs and writers.mjs. request-context.mjs is run by itself only.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { machine } from './machine.mjs';
import {
  log,
  measureAllSpeeds,
  measureBehaviours,
  measureBuild,
  measureCosts,
  measureLogins,
  measureManyWriters,
  measureRoundTrips,
} from './measure.mjs';
import { ROOT, prepare } from './prepare.mjs';
import { stopAll } from './processes.mjs';
import { report } from './report.mjs';
import { serverVersions, startServers } from './servers.mjs';
import { readSettings } from './settings.mjs';
import { STORE_SERVERS } from './stores.mjs';

/** Redis is for all; the others are for what holds for each store of this package. */
const serversOf = ({ applications }) => (applications.some(({ ours }) => ours) ? STORE_SERVERS : ['redis']);

/** Behaviours and counts, which no other work on the machine changes; then their servers are gone, but for Redis. */
async function measureExact(settings, redis) {
  const servers = await startServers(serversOf(settings).filter((name) => name !== 'redis'));
  const ports = { ...redis, ...servers.ports };
  const behaviours = await measureBehaviours(settings, ports);
  const roundTrips = await measureRoundTrips(settings, ports);
  const writers = await measureManyWriters(settings, ports);
  await servers.stop();
  return { behaviours, roundTrips, ...writers, costs: await measureCosts(settings, redis) };
}

async function write(measured) {
  register('../../scripts/typescript-hooks.mjs', import.meta.url);
  const { writeRun } = await import('../../scripts/benchmarks/write.ts');
  const date = new Date().toISOString().slice(0, 16).replace(':', '');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  writeRun(join(ROOT, 'docs'), { date, commit, ...measured });
}

async function run() {
  const settings = readSettings();
  await prepare({ build: settings.applications.some(({ ours }) => ours), log });
  const { ports } = await startServers(['redis']);
  const results = {
    ...(await measureExact(settings, ports)),
    ...(await measureBuild(settings, ports)),
    ...(await measureLogins(settings, ports)),
    speed: await measureAllSpeeds(settings, ports),
  };
  const peers = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies;
  const packages = ['@nestjs/core', 'express', 'fastify', 'ioredis', 'lmdb', ...Object.keys(peers)];
  const { missed, ...measured } = report({
    ...results,
    applications: settings.applications,
    machine: machine({ ...settings, packages, servers: await serverVersions(serversOf(settings)) }),
  });
  const texts = measured.sections.map(({ title, text }) => (title ? `#### ${title}\n\n${text}` : text));
  process.stdout.write(`${[measured.machine, ...texts].join('\n\n')}\n`);
  if (settings.write) await write(measured);
  for (const { what, ours, reach } of missed) log(`missed: ${what}: ${ours}, not ${reach}`);
  process.exitCode = missed.length ? 1 : 0;
}

let interrupted = false;
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
  process.once(signal, () => {
    interrupted = true;
    void stopAll().finally(() => process.exit(128 + number));
  });
}

try {
  await run();
} catch (error) {
  if (!interrupted) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
} finally {
  await stopAll();
}
