/**
 * `npm run bench`: compares session libraries inside Nest, by what they do and by what they cost.
 *
 *   --rounds 5        interleaved rounds; 0 measures behaviours and Redis' costs alone
 *   --seconds 2       of load for each route of each application in a round
 *   --only express    one adapter (express or fastify)
 *   --apps a,b        some applications, by their names in applications.mjs
 *   --routes read     some routes (untouched, read, write) for the speed
 *   --write           puts the tables into README.md, between its bench markers
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OURS_BY_STORE } from './applications.mjs';
import { behavioursOf, redisCostsOf } from './behaviours.mjs';
import { guardTargets, measureGuard, measureLogoutEverywhere } from './guard.mjs';
import { machine } from './machine.mjs';
import { ROOT, prepare } from './prepare.mjs';
import { checkReadme, writeReadme } from './readme.mjs';
import { RedisMeter } from './redis-meter.mjs';
import { report } from './report.mjs';
import { startRedis, stopAll } from './servers.mjs';
import { readSettings } from './settings.mjs';
import { measureSpeed } from './speed.mjs';

const README = join(ROOT, 'README.md');

const log = (text) => process.stderr.write(`bench: ${text}\n`);

const each = (applications, platforms) =>
  applications.flatMap((application) =>
    application.platforms
      .filter((platform) => platforms.includes(platform))
      .map((platform) => ({ application, platform })),
  );

async function measureBehaviours({ applications, platforms }, redisPort) {
  const names = applications.map(({ name }) => name);
  const ours = OURS_BY_STORE.flatMap(({ store, variants }) =>
    each(
      variants.filter(({ name }) => names.includes(name)),
      platforms,
    ).map((row) => ({ ...row, store })),
  );
  const peers = each(
    applications.filter(({ peer }) => peer),
    platforms,
  ).map((row) => ({ ...row, store: row.application.store }));
  const measured = [];
  for (const row of [...peers, ...ours]) {
    log(`behaviour: ${row.application.title}, ${row.store}, ${row.platform}`);
    measured.push({ ...row, ...(await behavioursOf(row.application, row.platform, redisPort)) });
  }
  return measured;
}

async function measureCosts({ applications, platforms }, redisPort) {
  const meter = new RedisMeter(redisPort);
  try {
    const measured = [];
    for (const row of each(
      applications.filter(({ store, options }) => (store ?? options?.store) === 'redis'),
      platforms,
    )) {
      log(`Redis: ${row.application.title}, ${row.platform}`);
      measured.push({ ...row, ...(await redisCostsOf(row.application, row.platform, redisPort, meter)) });
    }
    return measured;
  } finally {
    meter.close();
  }
}

async function measureAllSpeeds({ applications, platforms, rounds, ...rest }, redisPort) {
  const speed = {};
  if (rounds === 0) return speed;
  for (const platform of platforms) {
    const here = applications.filter((application) => application.platforms.includes(platform));
    speed[platform] = await measureSpeed({ ...rest, applications: here, platform, redisPort, rounds, log });
  }
  return speed;
}

/** Of the application without an interceptor, whose requests are the shortest: there a guard weighs most. */
async function measureLogins({ applications, platforms, rounds, seconds }, redisPort) {
  const application = applications.find(({ name }) => name === 'response');
  if (application === undefined) return {};
  const meter = new RedisMeter(redisPort);
  try {
    const guard = await measureGuard({ application, platforms, redisPort, rounds, seconds, meter, log });
    const everywhere = await measureLogoutEverywhere({ application, redisPort, meter, log });
    return { guard, everywhere };
  } finally {
    meter.close();
  }
}

async function run() {
  const settings = readSettings();
  if (settings.write) checkReadme(README);
  await prepare({ build: settings.applications.some(({ ours }) => ours), log });
  const { port } = await startRedis();
  const behaviours = await measureBehaviours(settings, port);
  const costs = await measureCosts(settings, port);
  const logins = await measureLogins(settings, port);
  const speed = await measureAllSpeeds(settings, port);
  const peers = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).dependencies;
  const packages = ['@nestjs/core', 'express', 'fastify', 'ioredis', ...Object.keys(peers)];
  const { markdown, missed } = report({
    behaviours,
    costs,
    logins: guardTargets(logins),
    speed,
    applications: settings.applications,
    machine: machine({ ...settings, packages }),
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
