/** What `SessionAuthGuard` costs on a session that is loaded anyway, and what ending a user's sessions costs Redis. */
import { cpuOf, startApplication } from './application-process.mjs';
import { Browser } from './browser.mjs';
import { CONNECTIONS, load } from './load.mjs';
import { NOT_MEASURED, PLATFORMS, spread } from './markdown.mjs';
import { stop } from './processes.mjs';
import { atMost, decided, ratioOf } from './ratios.mjs';

const MEMBERS = CONNECTIONS * 2;
const DEVICES = 1000;
/**
 * The same handler, which reads a session: of nobody; of a user who is logged in, without a guard, behind one that does nothing, behind
 * ours.
 */
const ROUTES = ['read', 'member', 'waved', 'guarded'];
const REACH = 0.97;
const LOGIN_REACH = 1.05;
const COMMANDS_REACH = 0;
const ROUND_TRIPS_REACH = 10;

/** Ratios of the rounds, by platform, and the commands that the guard adds. */
export async function measureGuard({ application, platforms, ports, rounds, seconds, meter, log }) {
  const measured = {};
  for (const platform of platforms) {
    const { port, child } = await startApplication(application, platform, ports);
    try {
      const cookies = {
        member: await browsers(port, '/login', ROUTES),
        nobody: await browsers(port, '/fill', ['read']),
      };
      measured[platform] = { commands: await commandsAdded(port, meter), rates: {}, cpus: {} };
      for (let round = -1; round < rounds; round += 1) {
        log(round < 0 ? `guard, ${platform}: warm-up` : `guard, ${platform}: round ${round + 1} of ${rounds}`);
        const turn = Math.max(round, 0) % ROUTES.length;
        for (const route of [...ROUTES.slice(turn), ...ROUTES.slice(0, turn)]) {
          const before = await cpuOf(child);
          const who = cookies[route === 'read' ? 'nobody' : 'member'];
          const { responses, seconds: taken } = await load({ port, path: `/${route}`, cookies: who, seconds });
          const cpu = ((await cpuOf(child)) - before) / responses;
          if (round < 0) continue;
          (measured[platform].rates[route] ??= []).push(responses / taken);
          (measured[platform].cpus[route] ??= []).push(cpu);
        }
      }
    } finally {
      await stop(child);
    }
  }
  return measured;
}

/** Redis commands, and so round trips at most, of ending all of a user's other sessions. */
export async function measureLogoutEverywhere({ application, ports, meter, log }) {
  log(`ending ${DEVICES} sessions of one user`);
  const { port, child } = await startApplication(application, 'express', ports);
  try {
    const browser = new Browser(port);
    await browser.json('POST', '/login');
    // Those of the same user that earlier measurements have left.
    await browser.json('POST', '/elsewhere');
    for (let made = 0; made < DEVICES; made += 50) {
      await Promise.all(Array.from({ length: 50 }, () => new Browser(port).json('POST', '/login')));
    }
    let ended;
    const commands = await meter.commandsDuring(async () => {
      ({ ended } = await browser.json('POST', '/elsewhere'));
    });
    if (ended !== DEVICES) throw new Error(`${ended} sessions were ended, not ${DEVICES}`);
    return { commands: commands.length };
  } finally {
    await stop(child);
  }
}

/** What a login, the user's loader in memory and the guard cost together, against a session of nobody. */
function loginTargets(guard, commit) {
  return Object.entries(guard ?? {}).flatMap(([platform, { cpus }]) => {
    const own = ratioOf(cpus.guarded, cpus.read);
    if (own === undefined) return [];
    return {
      what: `${PLATFORMS[platform]}: processor time of a guarded read with a login and a loader in memory against an anonymous read, \`commit: '${commit}'\``,
      ours: spread(own),
      reach: `≤ ${LOGIN_REACH.toFixed(2)}`,
      reached: atMost(own, LOGIN_REACH),
    };
  });
}

/** Rows for the table of targets. */
export function guardTargets({ guard, guardAndInterceptor, everywhere }) {
  const rows = [...loginTargets(guard, 'response'), ...loginTargets(guardAndInterceptor, 'interceptor')];
  for (const [platform, { commands, rates, cpus }] of Object.entries(guard ?? {})) {
    rows.push({
      what: `${PLATFORMS[platform]}: store calls that the guard adds to a request with a loaded session`,
      ours: commands,
      reach: String(COMMANDS_REACH),
      reached: commands === COMMANDS_REACH,
      exact: true,
    });
    if (rates.guarded === undefined) continue;
    const own = ratioOf(rates.guarded, rates.waved);
    rows.push(
      {
        what: `${PLATFORMS[platform]}: requests/s behind \`SessionAuthGuard\` against a guard that does nothing`,
        ours: spread(own),
        reach: `≥ ${REACH.toFixed(2)}`,
        reached: decided(own, REACH),
      },
      {
        what: `${PLATFORMS[platform]}: the same in the server's processor time a request (less is better)`,
        ours: spread(ratioOf(cpus.guarded, cpus.waved)),
        reach: NOT_MEASURED,
      },
      {
        what: `${PLATFORMS[platform]}: requests/s behind \`SessionAuthGuard\` against no guard, Nest's own cost included`,
        ours: spread(ratioOf(rates.guarded, rates.member)),
        reach: NOT_MEASURED,
      },
    );
  }
  if (everywhere) {
    rows.push({
      what: `Redis commands of \`logoutEverywhere\` for a user with ${DEVICES.toLocaleString('en')} other sessions`,
      ours: everywhere.commands,
      reach: `≤ ${ROUND_TRIPS_REACH}`,
      reached: everywhere.commands <= ROUND_TRIPS_REACH,
      exact: true,
    });
  }
  return rows;
}

async function browsers(port, begin, routes) {
  const all = Array.from({ length: MEMBERS }, () => new Browser(port));
  await Promise.all(all.map((browser) => browser.json('POST', begin)));
  for (const route of routes) {
    const { theme } = await all[0].json('GET', `/${route}`);
    if (theme !== 'dark') throw new Error(`/${route} must read the session`);
  }
  return all.map(({ header }) => header);
}

async function commandsAdded(port, meter) {
  const browser = new Browser(port);
  await browser.json('POST', '/login');
  const counts = [];
  for (const route of ['member', 'guarded']) {
    const commands = await meter.commandsDuring(() => browser.json('GET', `/${route}`));
    counts.push(commands.length);
  }
  return counts[1] - counts[0];
}
