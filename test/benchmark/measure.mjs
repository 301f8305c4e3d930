/** Each part of a run, over the applications and adapters that it is for. */
import { join } from 'node:path';
import { OURS_BY_STORE } from './applications.mjs';
import { behavioursOf, redisCostsOf } from './behaviours.mjs';
import { measureGuard, measureLogoutEverywhere } from './guard.mjs';
import { ROOT } from './prepare.mjs';
import { RedisMeter } from './redis-meter.mjs';
import { roundTripsOf } from './round-trips.mjs';
import { measureSealed } from './sealed.mjs';
import { measureSpeed } from './speed.mjs';
import { measureStoreReads } from './store-reads.mjs';
import { measureWriters } from './writers.mjs';

/** File by file, as it was compiled: parts of the package are measured that `dist/` does not export. */
const BUILD = join(ROOT, '.cache', 'library');

export const log = (text) => process.stderr.write(`bench: ${text}\n`);

const each = (applications, platforms) =>
  applications.flatMap((application) =>
    application.platforms
      .filter((platform) => platforms.includes(platform))
      .map((platform) => ({ application, platform })),
  );

/** Ours with each store; `server` names the one that it needs, if it needs one. */
function oursByStore({ applications, platforms }) {
  const names = applications.map(({ name }) => name);
  return OURS_BY_STORE.flatMap(({ title, server, isStore, variants }) =>
    each(
      variants.filter(({ name }) => names.includes(name)),
      platforms,
    ).map((row) => ({ ...row, store: title, server, isStore })),
  );
}

export async function measureBehaviours(settings, ports) {
  const peers = each(
    settings.applications.filter(({ peer }) => peer),
    settings.platforms,
  ).map((row) => ({ ...row, store: row.application.store }));
  const measured = [];
  for (const row of [...peers, ...oursByStore(settings)]) {
    log(`behaviour: ${row.application.title}, ${row.store}, ${row.platform}`);
    measured.push({ ...row, ...(await behavioursOf(row.application, row.platform, ports)) });
  }
  return measured;
}

export async function measureRoundTrips(settings, ports) {
  const measured = [];
  for (const row of oursByStore(settings).filter(({ server }) => server !== undefined)) {
    log(`round trips: ${row.application.title}, ${row.store}, ${row.platform}`);
    measured.push({ ...row, trips: await roundTripsOf(row.application, row.platform, ports, row.server) });
  }
  return measured;
}

/** Runs `work` with what counts the commands of Redis. */
async function withMeter(ports, work) {
  const meter = new RedisMeter(ports.redis);
  try {
    return await work(meter);
  } finally {
    meter.close();
  }
}

export const measureCosts = ({ applications, platforms }, ports) =>
  withMeter(ports, async (meter) => {
    const measured = [];
    for (const row of each(
      applications.filter(({ store, options }) => (store ?? options?.store) === 'redis'),
      platforms,
    )) {
      log(`Redis: ${row.application.title}, ${row.platform}`);
      measured.push({ ...row, ...(await redisCostsOf(row.application, row.platform, ports, meter)) });
    }
    return measured;
  });

/** Of the application without an interceptor, whose requests are the shortest: there a guard weighs most; and of the one with it. */
export async function measureLogins({ applications, platforms, rounds, seconds }, ports) {
  const application = applications.find(({ name }) => name === 'response');
  const other = applications.find(({ name }) => name === 'interceptor');
  if (application === undefined) return {};
  const settings = { platforms, ports, rounds, seconds, log };
  return withMeter(ports, async (meter) => ({
    guard: await measureGuard({ ...settings, application, meter }),
    ...(other && { guardAndInterceptor: await measureGuard({ ...settings, application: other, meter }) }),
    everywhere: await measureLogoutEverywhere({ application, ports, meter, log }),
  }));
}

/** What is measured in this very process, of the built package. */
export async function measureBuild({ applications, rounds }, ports) {
  if (!applications.some(({ ours }) => ours)) return {};
  const sealed = await measureSealed({ rounds, folder: BUILD, log });
  if (rounds === 0) return { sealed };
  return { sealed, reads: await measureStoreReads({ rounds, folder: BUILD, redisPort: ports.redis, log }) };
}

/** Of what all stores must reach together: counts, and a ratio of processor times. */
export async function measureManyWriters({ applications }, ports) {
  return applications.some(({ ours }) => ours) ? { writers: await measureWriters({ ports, log }) } : {};
}

export async function measureAllSpeeds({ applications, platforms, rounds, ...rest }, ports) {
  const speed = {};
  if (rounds === 0) return speed;
  for (const platform of platforms) {
    const here = applications.filter((application) => application.platforms.includes(platform));
    speed[platform] = await measureSpeed({ ...rest, applications: here, platform, ports, rounds, log });
  }
  return speed;
}
