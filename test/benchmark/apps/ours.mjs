/** This package, as a user would set it up. The build is imported by its place: this folder is a package of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import { Query } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard, SessionModule } from '../../../dist/index.js';
import { ADD_MS, SECRET, SLOW_MS, USER, addedKeys, newSession, nextVisit } from './data.mjs';
import { route, untouched } from './nest.mjs';
import { storeSettings } from './our-stores.mjs';

/** What Nest's own way to a guard costs. */
class WavingGuard {
  canActivate() {
    return true;
  }
}

/** A handler of its own for each route: Nest notes a route's path and guards on the function. */
const theme = () => (session) => ({ theme: session.theme });

export async function application({ options, ...context }) {
  let auth;
  return {
    imports: [
      SessionModule.forRoot({
        secretKey: SECRET,
        ...(await storeSettings(options.store, context)),
        commit: options.commit,
        requestContext: options.requestContext ?? false,
        cookie: { name: 'session', secure: false },
        userLoader: (id) => ({ ...USER, id }),
      }),
    ],
    setUp: (app) => {
      auth = app.get(AuthService);
    },
    routes: {
      untouched,
      fill: route([Session()], (session) => {
        session.update(newSession());
        return { ok: true };
      }),
      read: route([Session()], theme()),
      write: route([Session()], (session) => {
        session.visits = nextVisit(session.visits);
        return { visits: session.visits };
      }),
      add: route([Session(), Query('key')], async (session, key) => {
        const { visits } = session;
        await delay(ADD_MS);
        session[key] = visits;
        return { ok: true };
      }),
      slow: route([Session()], async (session) => {
        const { visits } = session;
        await delay(SLOW_MS);
        session.slow = visits;
        return { ok: true };
      }),
      keys: route([Session()], (session) => ({ kept: addedKeys(session) })),
      login: route([Session()], async (session) => {
        session.update(newSession());
        await auth.login(session, USER);
        return { ok: true };
      }),
      logout: route([Session()], async (session) => {
        await auth.logout(session);
        return { ok: true };
      }),
      member: route([Session()], theme()),
      waved: route([Session()], theme(), [WavingGuard]),
      guarded: route([Session()], theme(), [SessionAuthGuard]),
      elsewhere: route([Session()], async (session) => ({
        ended: await auth.logoutEverywhere(USER.id, { except: session }),
      })),
      whoami: route([CurrentUser()], (user) => ({ user: user?.id ?? null })),
    },
  };
}
