/** The routes of the peers that give the session as `request.session` and save it by themselves. */
import { setTimeout as delay } from 'node:timers/promises';
import { Query, Req } from '@nestjs/common';
import { ADD_MS, SLOW_MS, USER, addedKeys, newSession, nextVisit } from './data.mjs';
import { route, untouched } from './nest.mjs';

/**
 * @param regenerate a promise of a new session under a new id
 * @param destroy    a promise of the session's end
 */
export const requestSessionRoutes = ({ regenerate, destroy }) => ({
  untouched,
  fill: route([Req()], (request) => {
    Object.assign(request.session, newSession());
    return { ok: true };
  }),
  read: route([Req()], (request) => ({ theme: request.session.theme })),
  write: route([Req()], (request) => {
    request.session.visits = nextVisit(request.session.visits);
    return { visits: request.session.visits };
  }),
  add: route([Req(), Query('key')], async ({ session }, key) => {
    const { visits } = session;
    await delay(ADD_MS);
    session[key] = visits;
    return { ok: true };
  }),
  slow: route([Req()], async ({ session }) => {
    const { visits } = session;
    await delay(SLOW_MS);
    session.slow = visits;
    return { ok: true };
  }),
  keys: route([Req()], ({ session }) => ({ kept: addedKeys(session) })),
  login: route([Req()], async (request) => {
    await regenerate(request);
    Object.assign(request.session, newSession(), { user: USER });
    return { ok: true };
  }),
  logout: route([Req()], async (request) => {
    await destroy(request);
    return { ok: true };
  }),
  whoami: route([Req()], ({ session }) => ({ user: session?.user?.id ?? null })),
});
