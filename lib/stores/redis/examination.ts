import { examineClock } from '../server-clock.js';
import type { Finding } from '../session-store.js';
import { allowed, configured, serversOf, warnings, type Eviction, type Informing } from './eviction.js';
import type { RedisClient } from './redis.client.js';

/** What an operator should know of the servers: their clocks, what they do when they are full, and what a restart loses. */
export async function examineRedis(
  client: RedisClient,
  eviction: () => Promise<Eviction>,
  now: () => number,
): Promise<readonly Finding[]> {
  const found = [evictionFinding(await eviction())];
  for (const server of serversOf(client)) found.push(...(await clockFindings(server, now)), await persistence(server));
  return found;
}

function evictionFinding(eviction: Eviction): Finding {
  const text = warnings[eviction];
  if (text === null) {
    return {
      check: 'eviction',
      status: 'ok',
      text: 'Redis rejects new data when its memory is full, and ends no session',
    };
  }
  return { check: 'eviction', status: eviction === 'unknown' ? 'unknown' : 'warning', text };
}

async function clockFindings(server: Informing, now: () => number): Promise<Finding[]> {
  const first = await allowed(async () => server.time?.());
  if (first === undefined) return [{ check: 'clock', status: 'unknown', text: 'this user may not run TIME' }];
  const ask = async (): Promise<number> => {
    const [seconds, microseconds] = (await server.time?.()) ?? first;
    return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  };
  return [await examineClock(ask, now)];
}

async function persistence(server: Informing): Promise<Finding> {
  const check = 'persistence';
  const info = String(await allowed(async () => server.info?.('persistence')));
  const field = (name: string): string | undefined => new RegExp(`^${name}:(\\w+)`, 'm').exec(info)?.[1];
  const failed = ['aof_last_write_status', 'rdb_last_bgsave_status'].filter((name) => field(name) === 'err');
  if (failed.length > 0) {
    return {
      check,
      status: 'failed',
      text: `Redis cannot write to its disk (${failed.join(', ')}): a restart loses sessions`,
    };
  }
  if (field('aof_enabled') === '1') {
    return { check, status: 'ok', text: 'Redis keeps sessions over a restart (append-only file)' };
  }
  const save = (await configured(server, 'save')).get('save');
  if (save === undefined) {
    const text = 'it is unknown whether Redis keeps sessions over a restart, since this user may not run CONFIG GET';
    return { check, status: 'unknown', text };
  }
  return save === ''
    ? {
        check,
        status: 'warning',
        text: 'Redis keeps nothing over a restart: everybody is then logged out. Set appendonly yes.',
      }
    : {
        check,
        status: 'ok',
        text: 'Redis keeps sessions over a restart as of its last snapshot; later logins are lost. appendonly yes keeps them, too',
      };
}
