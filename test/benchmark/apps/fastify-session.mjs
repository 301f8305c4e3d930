/** @fastify/session with connect-redis. `rolling`, its default, is its only way to a lifetime that slides. */
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { SECRET } from './data.mjs';
import { requestSessionRoutes } from './request-session.mjs';

export async function application({ ports, options }) {
  const client = createClient({ socket: { host: '127.0.0.1', port: ports.redis } });
  await client.connect();
  return {
    routes: requestSessionRoutes({
      regenerate: (request) => request.session.regenerate(),
      destroy: (request) => request.session.destroy(),
    }),
    setUp: async (app) => {
      await app.register(cookie);
      await app.register(session, {
        store: new RedisStore({ client }),
        secret: SECRET,
        rolling: options.rolling,
        saveUninitialized: false,
        cookie: { httpOnly: true, sameSite: 'lax', secure: false, path: '/' },
      });
    },
  };
}
