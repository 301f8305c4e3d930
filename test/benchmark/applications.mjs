/** The applications that are compared. `routes` are those whose speed is measured. */
import { STORES } from './stores.mjs';

const BOTH = ['express', 'fastify'];

const ours = (commit, store) => ({
  name: commit,
  title: `nestjs-session-auth, \`commit: '${commit}'\``,
  file: './ours.mjs',
  platforms: BOTH,
  options: { commit, store },
  routes: ['untouched', 'read', 'write'],
  ours: true,
});

/** The floor with the one thing that this package does besides to its client. */
export const PIPELINED_FLOOR = 'floor-pipelined';

const floor = (name, title, autoPipelining) => ({
  name,
  title,
  file: './floor.mjs',
  platforms: BOTH,
  routes: ['read', 'write'],
  store: 'redis',
  options: { autoPipelining },
});

const peer = (name, title, platform, rest) => ({
  name,
  title,
  platforms: [platform],
  options: {},
  routes: ['untouched', 'read', 'write'],
  peer: true,
  ...rest,
});

export const APPLICATIONS = [
  { name: 'none', title: 'no session', file: './none.mjs', platforms: BOTH, routes: ['untouched'] },
  floor('floor', 'floor, by hand', false),
  floor(PIPELINED_FLOOR, 'floor, by hand, with auto-pipelining', true),
  ours('response', 'redis'),
  ours('interceptor', 'redis'),
  peer('express-session', 'express-session, connect-redis', 'express', {
    file: './express-session.mjs',
    store: 'redis',
  }),
  peer('cookie-session', 'cookie-session', 'express', { file: './cookie-session.mjs', store: 'cookie' }),
  peer('iron-session', 'iron-session', 'express', { file: './iron-session.mjs', store: 'cookie' }),
  peer('fastify-session', '@fastify/session, connect-redis', 'fastify', {
    file: './fastify-session.mjs',
    store: 'redis',
    options: { rolling: true },
  }),
  peer('fastify-session-still', '@fastify/session, `rolling: false`', 'fastify', {
    file: './fastify-session.mjs',
    store: 'redis',
    options: { rolling: false },
  }),
];

/** Ours with each store, for what must hold whatever the store, the commit point and the adapter. */
export const OURS_BY_STORE = STORES.map((store) => ({
  ...store,
  variants: ['response', 'interceptor'].map((commit) => ours(commit, store.name)),
}));
