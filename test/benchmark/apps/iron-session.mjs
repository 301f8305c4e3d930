/** iron-session: the whole session in a sealed cookie, no store; loaded and saved by hand, as it is meant to be. */
import { setTimeout as delay } from 'node:timers/promises';
import { Query, Req, Res } from '@nestjs/common';
import { getIronSession } from 'iron-session';
import { ADD_MS, SECRET, SLOW_MS, USER, addedKeys, newSession, nextVisit } from './data.mjs';
import { route, untouched } from './nest.mjs';

const OPTIONS = {
  password: SECRET,
  cookieName: 'session',
  cookieOptions: { httpOnly: true, sameSite: 'lax', secure: false },
};
const load = (request, response) => getIronSession(request, response, OPTIONS);
const BOTH = [Req(), Res({ passthrough: true })];

/** A route that changes the session and saves it. */
const saving = (change, parameters = BOTH) =>
  route(parameters, async (request, response, argument) => {
    const session = await load(request, response);
    const answer = await change(session, argument);
    await session.save();
    return answer;
  });

export const application = () => ({
  routes: {
    untouched,
    fill: saving((session) => {
      Object.assign(session, newSession());
      return { ok: true };
    }),
    read: route(BOTH, async (request, response) => ({ theme: (await load(request, response)).theme })),
    write: saving((session) => {
      session.visits = nextVisit(session.visits);
      return { visits: session.visits };
    }),
    add: saving(
      async (session, key) => {
        const { visits } = session;
        await delay(ADD_MS);
        session[key] = visits;
        return { ok: true };
      },
      [...BOTH, Query('key')],
    ),
    slow: saving(async (session) => {
      const { visits } = session;
      await delay(SLOW_MS);
      session.slow = visits;
      return { ok: true };
    }),
    keys: route(BOTH, async (request, response) => ({ kept: addedKeys(await load(request, response)) })),
    login: saving((session) => {
      Object.assign(session, newSession(), { user: USER });
      return { ok: true };
    }),
    logout: route(BOTH, async (request, response) => {
      (await load(request, response)).destroy();
      return { ok: true };
    }),
    whoami: route(BOTH, async (request, response) => ({ user: (await load(request, response)).user?.id ?? null })),
  },
});
