/**
 * What `requestContext: true` adds to the processor time of a request: the same application with and without it, in turns.
 *
 *   node test/benchmark/request-context.mjs [--rounds 15]     by itself, after `npm run build`
 *
 * Neither application uses the context, so this is what every request pays for it.
 */
import { cpuOf, startApplication } from './application-process.mjs';
import { Browser } from './browser.mjs';
import { byItself } from './by-itself.mjs';
import { CONNECTIONS, load } from './load.mjs';
import { PLATFORMS, fixed, table } from './markdown.mjs';
import { stop } from './processes.mjs';
import { atMost, median, ratioOf } from './ratios.mjs';
import { startServers } from './servers.mjs';

const REACH = 1.03;
const ROUTES = ['untouched', 'read', 'guarded'];
/** Rounds that do not count: code is compiled as it runs. */
const WARM_UPS = 3;
const SECONDS = 1;
const DIFFERENT = [false, true];

const application = (requestContext) => ({
  title: `nestjs-session-auth, \`requestContext: ${requestContext}\``,
  file: './ours.mjs',
  options: { commit: 'interceptor', store: 'redis', requestContext },
});

/** Processor times a request in µs, by platform, route and setting, one entry a round. */
export async function measureRequestContext({ platforms, ports, rounds, log }) {
  const measured = {};
  for (const platform of platforms) {
    const running = [];
    try {
      for (const requestContext of DIFFERENT) running.push(await started(requestContext, platform, ports));
      const cpus = (measured[platform] = Object.fromEntries(ROUTES.map((route) => [route, [[], []]])));
      for (let round = -WARM_UPS; round < rounds; round += 1) {
        log(`request context, ${platform}: ${round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`}`);
        for (const route of ROUTES) {
          // Each is first as often as the other.
          for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
            const cpu = await cpuOfRequests(running[index], route);
            if (round >= 0) cpus[route][index].push(cpu);
          }
        }
      }
    } finally {
      for (const { child } of running) await stop(child);
    }
  }
  return measured;
}

async function started(requestContext, platform, ports) {
  const { port, child } = await startApplication(application(requestContext), platform, ports);
  const browsers = Array.from({ length: CONNECTIONS }, () => new Browser(port));
  await Promise.all(browsers.map((browser) => browser.json('POST', '/login')));
  return { port, child, cookies: browsers.map(({ header }) => header) };
}

async function cpuOfRequests({ port, child, cookies }, route) {
  const before = await cpuOf(child);
  const { responses } = await load({ port, path: `/${route}`, cookies, seconds: SECONDS });
  return ((await cpuOf(child)) - before) / responses;
}

/** Rows for the table of targets. */
export function requestContextTargets(measured) {
  return Object.entries(measured).flatMap(([platform, routes]) =>
    Object.entries(routes).map(([route, [without, withContext]]) => {
      const ratio = ratioOf(withContext, without);
      return {
        what: `${PLATFORMS[platform]}, \`/${route}\`: processor time of a request with \`requestContext\` against without`,
        ours: `${ratio.median.toFixed(3)} (${fixed(ratio.least)}–${fixed(ratio.greatest)})`,
        reach: `≤ ${fixed(REACH)}`,
        reached: atMost(ratio, REACH),
      };
    }),
  );
}

export function requestContextTable(measured) {
  return table(
    ["the server's processor time a request, µs", 'without', 'with `requestContext`'],
    Object.entries(measured).flatMap(([platform, routes]) =>
      Object.entries(routes).map(([route, cpus]) => [
        `${PLATFORMS[platform]}, \`/${route}\``,
        ...cpus.map((each) => median(each).toFixed(1)),
      ]),
    ),
  );
}

await byItself(import.meta, async (settings) => {
  const { ports } = await startServers(['redis']);
  const measured = await measureRequestContext({ ...settings, platforms: Object.keys(PLATFORMS), ports });
  return { table: requestContextTable(measured), targets: requestContextTargets(measured) };
});
