/** What the package must reach, and whether it does, beside the best of the peers. */
import { PIPELINED_FLOOR } from './applications.mjs';
import { SESSION_BYTES } from './apps/data.mjs';
import { PARALLEL } from './behaviours.mjs';
import { behaviourRows } from './behaviour-rows.mjs';
import { AGAINST, NAMES, NOT_MEASURED, PLATFORMS, fixed, greatest, least, spread } from './markdown.mjs';
import { decided } from './ratios.mjs';
import { ROUTES, ratio } from './speed.mjs';

/** The targets that depend on the machine: ratios to a baseline, never a rate. */
const SPEED_TARGETS = [
  { platform: 'express', route: 'read', commit: 'response', reach: 0.95 },
  { platform: 'express', route: 'read', commit: 'interceptor', reach: 0.78 },
  { platform: 'express', route: 'untouched', commit: 'response', reach: 0.97 },
  { platform: 'express', route: 'untouched', commit: 'interceptor', reach: 0.82 },
  { platform: 'fastify', route: 'read', commit: 'response', reach: 0.7 },
  { platform: 'fastify', route: 'read', commit: 'interceptor', reach: 0.5 },
];
const COMMANDS_REACH = { untouched: 0, read: 1, write: 2 };
const MEMORY_REACH = 400;

/** The targets that are exact: ours must be the same on every machine, so a miss is a failure. */
export function exactTargets({ behaviours, costs }) {
  const rows = behaviourRows(behaviours);
  const peers = rows.filter((row) => !row.ours);
  const ours = rows.filter((row) => row.ours && row.isStore);
  const peerCosts = costs.filter(({ application }) => application.peer);
  const ourCosts = costs.filter(({ application }) => application.ours);
  const total = ({ commands }) => Object.values(commands).reduce((sum, { each }) => sum + each, 0);
  const cheapest = [...peerCosts].sort((a, b) => total(a) - total(b))[0];
  const each = (list, route) => greatest(list.map(({ commands }) => commands[route].each));
  const all = (list) => ROUTES.map((route) => each(list, route)).join(' / ');
  const leastKept = least(ours.map(({ kept }) => kept));
  const revived = (list) => list.filter(({ browser, old }) => browser !== null || old !== null);
  const afterwards = (list) => (revived(list).length ? '42 (revived)' : 'none');
  const peersAfterwards = peers.length && revived(peers).length === peers.length ? '42 (revived)' : 'none';
  const memory = greatest(ourCosts.map((row) => row.memory));

  const exact = [
    {
      what: `${PARALLEL} parallel requests, each adding a key with 20 ms of work between read and save: keys kept`,
      peer: greatest(peers.map(({ kept }) => kept)),
      ours: leastKept,
      reach: `${PARALLEL}, every store`,
      reached: leastKept === undefined ? undefined : leastKept === PARALLEL,
    },
    {
      what: 'a 200 ms request that saves after a logout: user afterwards',
      peer: peers.length ? peersAfterwards : undefined,
      ours: ours.length ? afterwards(ours) : undefined,
      reach: 'none, every store',
      reached: ours.length ? revived(ours).length === 0 : undefined,
    },
    {
      what: 'Redis commands: untouched route / read / read and write',
      peer: cheapest && all([cheapest]),
      ours: ourCosts.length ? all(ourCosts) : undefined,
      reach: Object.values(COMMANDS_REACH).join(' / '),
      reached: ourCosts.length ? ROUTES.every((route) => each(ourCosts, route) <= COMMANDS_REACH[route]) : undefined,
    },
    {
      what: `Redis memory for the benchmark's ${SESSION_BYTES}-byte session`,
      peer: least(peerCosts.map((row) => row.memory)),
      ours: memory,
      reach: `≤ ${MEMORY_REACH}`,
      reached: memory === undefined ? undefined : memory <= MEMORY_REACH,
    },
  ];
  return exact.map((row) => ({ ...row, exact: true }));
}

/** The targets that are ratios. The peers are those that keep sessions on the server, as ours does. */
export function speedTargets({ speed, applications }) {
  return SPEED_TARGETS.filter(({ platform }) => speed[platform]).map(({ platform, route, commit, reach }) => {
    const rates = speed[platform];
    const own = ratio(rates, route, commit);
    const peers = applications.filter((application) => application.peer && application.store === 'redis');
    const ratios = peers.map(({ name }) => ratio(rates, route, name)?.median).filter((value) => value !== undefined);
    const best = greatest(ratios);
    return {
      what: `${PLATFORMS[platform]}, ${NAMES[route]}, requests/s against ${AGAINST[route]}, \`commit: '${commit}'\``,
      peer: best && fixed(best),
      ours: own && spread(own),
      reach: `≥ ${fixed(reach)}`,
      reached: decided(own, reach),
    };
  });
}

/** For comparison, without a target: the reads against the floor whose client is set up as ours is. */
export function pipelinedRows({ speed }) {
  return SPEED_TARGETS.filter(({ platform, route }) => speed[platform] && route === 'read').map(
    ({ platform, route, commit }) => {
      const own = ratio(speed[platform], route, commit, undefined, PIPELINED_FLOOR);
      return {
        what: `${PLATFORMS[platform]}, ${NAMES[route]}, requests/s against the floor with auto-pipelining, \`commit: '${commit}'\``,
        ours: own && spread(own),
        reach: NOT_MEASURED,
      };
    },
  );
}
