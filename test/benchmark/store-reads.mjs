/**
 * How fast the LMDB store reads, against the filesystem store and a GET of Redis, in one process.
 *
 *   node test/benchmark/store-reads.mjs [--rounds 7] [--from .cache/library]     by itself; `--from` names a folder with the compiled package
 *
 * One read after the other, each in a turn of the event loop of its own, as those of requests are; and `PARALLEL` at once.
 * Redis' client is as ioredis makes it, on one connection, and besides with auto-pipelining, which this package turns on.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { SESSION, SESSION_BYTES } from './apps/data.mjs';
import { byItself } from './by-itself.mjs';
import { NOT_MEASURED, spread, table } from './markdown.mjs';
import { newFolder } from './processes.mjs';
import { decided, median, ratioOf } from './ratios.mjs';
import { startServers } from './servers.mjs';

const FILESYSTEM_REACH = 10;
const REDIS_REACH = 5;
const SESSIONS = 64;
const PARALLEL = 32;
/** Rounds that do not count: code is compiled as it runs. */
const WARM_UPS = 2;
const READS_A_ROUND = { lmdb: 64_000, filesystem: 6_400, redis: 6_400, pipelined: 6_400 };
const HOUR = 3_600_000;
const SECOND = 1e9;

/** What reads a key, by name; each holds the record under all of the keys. */
async function openReaders({ folder, redisPort, keys, record }) {
  const load = (path) => import(pathToFileURL(join(folder, path)).href);
  const { LmdbStore } = await load('stores/lmdb/index.js');
  const { FilesystemStore } = await load('stores/filesystem/index.js');
  const stores = {
    lmdb: new LmdbStore({ path: newFolder() }),
    filesystem: new FilesystemStore({ dir: newFolder() }),
  };
  const clients = {
    redis: new Redis({ port: redisPort, host: '127.0.0.1' }),
    pipelined: new Redis({ port: redisPort, host: '127.0.0.1', enableAutoPipelining: true }),
  };
  for (const store of Object.values(stores)) {
    await Promise.all(keys.map((key) => store.write(key, record, HOUR, 'absent')));
  }
  await Promise.all(keys.map((key) => clients.redis.set(key, record, 'PX', HOUR)));
  return {
    readers: {
      ...Object.fromEntries(
        Object.entries(stores).map(([name, store]) => [name, async (key) => (await store.read(key))?.bytes]),
      ),
      ...Object.fromEntries(Object.entries(clients).map(([name, client]) => [name, (key) => client.getBuffer(key)])),
    },
    async close() {
      for (const store of Object.values(stores)) await store.close?.();
      for (const client of Object.values(clients)) client.disconnect();
    },
  };
}

/** Reads a second: one after the other, or so many at once. */
async function rate(read, keys, times, atOnce) {
  const begin = process.hrtime.bigint();
  for (let done = 0; done < times; done += atOnce) {
    if (atOnce === 1) await read(keys[done % keys.length]);
    else await Promise.all(Array.from({ length: atOnce }, (_, index) => read(keys[(done + index) % keys.length])));
    await turn();
  }
  return (times * SECOND) / Number(process.hrtime.bigint() - begin);
}

async function check(readers, keys, record) {
  for (const [name, read] of Object.entries(readers)) {
    for (const key of keys) {
      if (!record.equals(await read(key))) throw new Error(`${name} gave another record back`);
    }
  }
}

/** Rates by reader, one entry a round. @param folder where the package was built */
export async function measureStoreReads({ rounds = 7, folder, redisPort, log = () => undefined }) {
  const { RecordCodec } = await import(pathToFileURL(join(folder, 'session/record-codec.js')).href);
  const now = Date.now();
  const own = { data: SESSION, createdAt: now, rotatedAt: now, permanent: false, flashes: [], auth: null };
  const record = Buffer.from(new RecordCodec('msgpack').encode(own));
  const keys = Array.from({ length: SESSIONS }, () => `session:${randomBytes(32).toString('base64url')}`);
  const { readers, close } = await openReaders({ folder, redisPort, keys, record });
  const names = Object.keys(readers);
  const measured = Object.fromEntries(names.map((name) => [name, { single: [], parallel: [] }]));
  try {
    await check(readers, keys, record);
    for (let round = -WARM_UPS; round < rounds; round += 1) {
      log(round < 0 ? 'reads of stores: warm-up' : `reads of stores: round ${round + 1} of ${rounds}`);
      const first = Math.max(round, 0) % names.length;
      for (const name of [...names.slice(first), ...names.slice(0, first)]) {
        const single = await rate(readers[name], keys, READS_A_ROUND[name], 1);
        const parallel = await rate(readers[name], keys, READS_A_ROUND[name], PARALLEL);
        if (round < 0) continue;
        measured[name].single.push(single);
        measured[name].parallel.push(parallel);
      }
    }
    return measured;
  } finally {
    await close();
  }
}

/** Rows for the table of targets. */
export function storeReadTargets({ lmdb, filesystem, redis, pipelined }) {
  const row = (against, own, baseline, reach) => {
    const ratio = ratioOf(own, baseline);
    return {
      what: `reads of the ${SESSION_BYTES}-byte session from LMDB, times those of ${against}`,
      ours: spread(ratio),
      reach: reach === undefined ? NOT_MEASURED : `≥ ${reach}`,
      reached: reach === undefined ? undefined : decided(ratio, reach),
    };
  };
  return [
    row('the filesystem store, one after the other', lmdb.single, filesystem.single, FILESYSTEM_REACH),
    row("a Redis GET, one after the other on ioredis' one connection", lmdb.single, redis.single, REDIS_REACH),
    row(`a Redis GET, ${PARALLEL} at once`, lmdb.parallel, redis.parallel),
    row(`a Redis GET, ${PARALLEL} at once with auto-pipelining`, lmdb.parallel, pipelined.parallel),
  ];
}

const TITLES = {
  lmdb: 'LMDB store',
  filesystem: 'filesystem store',
  redis: 'Redis GET, ioredis',
  pipelined: 'Redis GET, ioredis with auto-pipelining',
};

export function storeReadTable(measured) {
  const show = (rates) => Math.round(median(rates)).toLocaleString('en');
  return table(
    ['reads a second, in one process', 'one after the other', `${PARALLEL} at once`],
    Object.entries(measured).map(([name, { single, parallel }]) => [TITLES[name], show(single), show(parallel)]),
  );
}

await byItself(import.meta, async (settings) => {
  const redis = await startServers(['redis']);
  const measured = await measureStoreReads({ ...settings, redisPort: redis.ports.redis });
  return { table: storeReadTable(measured), targets: storeReadTargets(measured) };
});
