/** What a request costs in round trips to the server that keeps the sessions, counted at the wire. */
import { startApplication } from './application-process.mjs';
import { Browser } from './browser.mjs';
import { NAMES, NOT_MEASURED, greatest, table } from './markdown.mjs';
import { stop } from './processes.mjs';
import { SERVER_NAMES } from './servers.mjs';
import { ROUTES } from './speed.mjs';
import { Wire } from './wire.mjs';

const REQUESTS = 10;
/** A write is what "read and write" takes more than "read". */
const REACH = { untouched: 0, read: 1, write: 2 };

/** By route, of a request whose session was made a moment ago; `fill` makes a new one. */
export async function roundTripsOf(application, platform, ports, server) {
  const wire = await Wire.open(ports[server]);
  const { port, child } = await startApplication(application, platform, { ...ports, [server]: wire.port });
  try {
    const browser = new Browser(port);
    const trips = {};
    const count = async (route, send) => {
      await send(); // connections are made and scripts sent in full the first time
      const counted = await wire.countDuring(async () => {
        for (let request = 0; request < REQUESTS; request += 1) await send();
      });
      trips[route] = counted / REQUESTS;
    };
    await count('fill', () => new Browser(port).json('POST', '/fill'));
    await browser.json('POST', '/fill');
    for (const route of ROUTES) await count(route, () => browser.json('GET', `/${route}`));
    return trips;
  } finally {
    await stop(child);
    await wire.close();
  }
}

/** One row a server: the most that any variant of ours takes. */
function byServer(measured) {
  return [...new Set(measured.map(({ server }) => server))].map((server) => {
    const rows = measured.filter((row) => row.server === server);
    const most = (route) => greatest(rows.map(({ trips }) => trips[route]));
    return { server, trips: Object.fromEntries(['fill', ...ROUTES].map((route) => [route, most(route)])) };
  });
}

/** Rows for the table of targets. */
export function roundTripTargets(measured) {
  const rows = byServer(measured);
  const all = ROUTES.map((route) => greatest(rows.map(({ trips }) => trips[route])) ?? NOT_MEASURED).join(' / ');
  const names = rows.map(({ server }) => SERVER_NAMES[server]).join(', ');
  return rows.length === 0
    ? []
    : [
        {
          what: `round trips to the server (${names}): untouched route / read / read and write`,
          ours: all,
          reach: `${Object.values(REACH).join(' / ')}, every server`,
          reached: rows.every(({ trips }) => ROUTES.every((route) => trips[route] <= REACH[route])),
          exact: true,
        },
      ];
}

export function roundTripTable(measured) {
  return table(
    ['server', ...ROUTES.map((route) => NAMES[route]), 'a new session'],
    byServer(measured).map(({ server, trips }) => [
      SERVER_NAMES[server],
      ...ROUTES.map((route) => trips[route]),
      trips.fill,
    ]),
  );
}
