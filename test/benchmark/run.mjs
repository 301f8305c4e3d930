/**
 * `npm run bench`: compares session libraries inside Nest, by what they do and by what they cost.
 *
 *   --rounds 5        interleaved rounds; 0 measures behaviours, round trips and Redis' costs alone
 *   --seconds 2       of load for each route of each application in a round
 *   --only express    one adapter (express or fastify)
 *   --apps a,b        some applications, by their names in applications.mjs
 *   --routes read     some routes (untouched, read, write) for the speed
 *   --write           puts the tables into README.md, between its bench markers
 *
 * Three parts can be run by themselves, too: sealed.mjs, store-reads.mjs and writers.mjs.
 */
import { readFileSync } from 'node:fs';
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
import { checkReadme, writeReadme } from './readme.mjs';
import { report } from './report.mjs';
import { serverVersions, startServers } from './servers.mjs';
import { readSettings } from './settings.mjs';
import { STORE_SERVERS } from './stores.mjs';

const README = join(ROOT, 'README.md');

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

async function run() {
  const settings = readSettings();
  if (settings.write) checkReadme(README);
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
  const { markdown, missed } = report({
    ...results,
    applications: settings.applications,
    machine: machine({ ...settings, packages, servers: await serverVersions(serversOf(settings)) }),
  });
  process.stdout.write(`${markdown}\n`);
  if (settings.write) writeReadme(README, markdown);
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
