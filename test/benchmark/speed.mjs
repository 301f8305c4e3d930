/** Requests a second, in interleaved rounds, and what they are against a baseline of the same round. */
import { isDeepStrictEqual } from 'node:util';
import { cpuOf, startApplication } from './application-process.mjs';
import { EXPECTED } from './apps/data.mjs';
import { Browser } from './browser.mjs';
import { CONNECTIONS, load } from './load.mjs';
import { stop } from './processes.mjs';
import { ratioOf } from './ratios.mjs';

/** Twice as many sessions as connections: parallel requests seldom meet in one session, as among visitors. */
const SESSIONS = CONNECTIONS * 2;

/** The application that a route is measured against. */
export const BASELINES = { untouched: 'none', read: 'floor', write: 'floor' };
export const ROUTES = Object.keys(BASELINES);

/**
 * What was measured, by route and application, one entry a round. All applications of a platform run at once and are loaded
 * in turn, so that what else the machine does meets all of them; each round begins with another one.
 */
export async function measureSpeed({ applications, platform, ports, rounds, seconds, routes, log }) {
  const started = [];
  try {
    for (const application of applications) {
      started.push({ application, ...(await startApplication(application, platform, ports)) });
    }
    const rates = Object.fromEntries(routes.map((route) => [route, {}]));
    for (let round = -1; round < rounds; round += 1) {
      log(round < 0 ? `${platform}: warm-up` : `${platform}: round ${round + 1} of ${rounds}`);
      const turn = Math.max(round, 0) % started.length;
      const order = [...started.slice(turn), ...started.slice(0, turn)];
      const cookies = await freshCookies(started);
      for (const route of routes) {
        for (const { application, port, child } of order.filter((entry) => entry.application.routes.includes(route))) {
          await check(application, port, route);
          const measured = await measure(child, { port, route, cookies: cookies.get(application), seconds });
          if (round >= 0) (rates[route][application.name] ??= []).push(measured);
        }
      }
    }
    return rates;
  } finally {
    await Promise.all(started.map(({ child }) => stop(child)));
  }
}

/** Requests a second, and the microseconds of its processor that the server took for one. */
async function measure(child, { port, route, cookies, seconds: limit }) {
  const before = await cpuOf(child);
  const { responses, seconds } = await load({ port, path: `/${route}`, cookies, seconds: limit });
  return { rate: responses / seconds, cpu: ((await cpuOf(child)) - before) / responses };
}

/** Cookie headers for a round, by application: new sessions, or the like for an application that has none. */
async function freshCookies(started) {
  const cookies = new Map();
  for (const { application, port } of started) {
    if (application.name === 'none') {
      cookies.set(application, [`session=${'x'.repeat(96)}`]);
      continue;
    }
    const browsers = Array.from({ length: SESSIONS }, () => new Browser(port));
    await Promise.all(browsers.map((browser) => browser.json('POST', '/fill')));
    const headers = browsers.map(({ header }) => header);
    cookies.set(application, headers);
  }
  return cookies;
}

/** A fast answer that is wrong is no result. */
async function check(application, port, route) {
  const browser = new Browser(port);
  if (application.name !== 'none') await browser.json('POST', '/fill');
  const body = await browser.json('GET', `/${route}`);
  if (!isDeepStrictEqual(body, EXPECTED[route])) {
    throw new Error(`${application.title} answers /${route} with ${JSON.stringify(body)}`);
  }
}

/** The median, least and greatest of the rounds' ratios; undefined where one of the two was not measured. */
export function ratio(rates, route, name, figure = ({ rate }) => rate, baselineName = BASELINES[route]) {
  const figures = (application) => rates[route]?.[application]?.map(figure);
  return ratioOf(figures(name), figures(baselineName));
}
