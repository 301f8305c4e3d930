import { createHash } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { SessionStore } from 'nestjs-session-auth';
import { isListable } from 'nestjs-session-auth/store';
import type { RedisServer } from './servers/redis.js';

/**
 * The keys that an application's store has now, without the notes of where logins have moved, which a logout alone can read. A store
 * that cannot list them is asked by its server.
 */
export async function storedKeys(app: INestApplication, server: RedisServer | null = null): Promise<string[]> {
  const keys = await allKeys(app, server);
  return keys.filter((key) => !key.includes(':moved:'));
}

async function allKeys(app: INestApplication, server: RedisServer | null): Promise<string[]> {
  if (server !== null) return server.administer((client) => client.keys('*'));
  const store = app.get(SessionStore);
  if (!isListable(store)) throw new Error('This store cannot list its keys.');
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys;
}

/** The key under which the session of a cookie's value is kept. */
export function keyBehind(cookie: string | undefined, prefix = 'session:'): string {
  if (cookie === undefined) throw new Error('There is no cookie.');
  const [id = ''] = cookie.split('.');
  return prefix + createHash('sha256').update(id).digest('base64url');
}
