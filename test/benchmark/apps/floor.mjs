/**
 * The floor: a session written by hand with nothing that is not needed. The cookie is the id, unsigned; a read is one GET.
 * No library that keeps sessions in Redis can do less. The client is as ioredis makes it, or with the auto-pipelining that
 * this package turns on.
 */
import { randomBytes } from 'node:crypto';
import { Req, Res } from '@nestjs/common';
import { Redis } from 'ioredis';
import { newSession, nextVisit } from './data.mjs';
import { route, untouched } from './nest.mjs';

const COOKIE = 'sid=';
const PREFIX = 'floor:';
const LIFETIME_SECONDS = 86_400;

export async function application({ platform, ports, options }) {
  const redis = new Redis({ host: '127.0.0.1', port: ports.redis, enableAutoPipelining: options.autoPipelining });
  await redis.ping();

  const keyOf = (request) => {
    const header = request.headers.cookie;
    return PREFIX + header.slice(header.indexOf(COOKIE) + COOKIE.length);
  };
  const load = async (request) => JSON.parse((await redis.getBuffer(keyOf(request))).toString());
  const save = (key, session) => redis.set(key, JSON.stringify(session), 'EX', LIFETIME_SECONDS);
  const setHeader = platform === 'express' ? 'setHeader' : 'header';

  return {
    routes: {
      untouched,
      fill: route([Res({ passthrough: true })], async (response) => {
        const id = randomBytes(32).toString('base64url');
        await save(PREFIX + id, newSession());
        response[setHeader]('set-cookie', `${COOKIE}${id}; Path=/; HttpOnly; SameSite=Lax`);
        return { ok: true };
      }),
      read: route([Req()], async (request) => ({ theme: (await load(request)).theme })),
      write: route([Req()], async (request) => {
        const session = await load(request);
        session.visits = nextVisit(session.visits);
        await save(keyOf(request), session);
        return { visits: session.visits };
      }),
    },
  };
}
