/** express-session with connect-redis, as their documents set them up. */
import { promisify } from 'node:util';
import { RedisStore } from 'connect-redis';
import session from 'express-session';
import { createClient } from 'redis';
import { SECRET } from './data.mjs';
import { requestSessionRoutes } from './request-session.mjs';

const call = (method) => (request) => promisify(request.session[method]).call(request.session);

export async function application({ ports }) {
  const client = createClient({ socket: { host: '127.0.0.1', port: ports.redis } });
  await client.connect();
  const middleware = session({
    store: new RedisStore({ client }),
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure: false },
  });
  return {
    routes: requestSessionRoutes({ regenerate: call('regenerate'), destroy: call('destroy') }),
    setUp: (app) => app.use(middleware),
  };
}
