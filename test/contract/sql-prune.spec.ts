import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { createSessionTable, SqlStore, type SqlStoreOptions } from '../../lib/stores/sql/index.js';
import { CollectedLog } from '../support/collected-log.js';
import { until } from '../support/until.js';
import { sqlSubjects } from './sql-subjects.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;

describe.each(sqlSubjects)('SqlStore and what has expired on $name', (subject) => {
  let database: Kysely<object>;
  const opened: SqlStore[] = [];

  beforeAll(async () => {
    await subject.start();
    database = subject.kysely();
    await createSessionTable(database);
  });

  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await sql`DELETE FROM sessions`.execute(database);
  });

  afterAll(async () => {
    await database.destroy();
    await subject.stop();
  });

  it('ASVS 14.2.7: removes it in batches, and nothing else', async () => {
    const store = open({ pruneBatch: 10 });
    await fill(store, 25, 1);
    await fill(store, 7, aMinute);
    await until('they have expired', async () => (await keysOf(store)).length === 7);
    let removed = 0;
    const counts = await subject.counts(async () => {
      removed = await store.prune();
    });
    expect(removed).toBe(25);
    expect(counts).toEqual({ delete: 3 });
    expect(await rows()).toBe(7);
    expect(await keysOf(store)).toHaveLength(7);
    expect(await store.prune()).toBe(0);
  });

  it('asks once more where the last batch was full', async () => {
    const store = open({ pruneBatch: 5 });
    await fill(store, 5, 1);
    await until('they have expired', async () => (await keysOf(store)).length === 0);
    expect(await store.prune()).toBe(5);
    expect(await store.prune()).toBe(0);
  });

  it('removes each row once, however many prune at the same time', async () => {
    const stores = [open({ pruneBatch: 7 }), open({ pruneBatch: 7 }), open({ pruneBatch: 7 })];
    const [first = open({})] = stores;
    await fill(first, 40, 1);
    await until('they have expired', async () => (await keysOf(first)).length === 0);
    const removed = await Promise.all(stores.flatMap((store) => [store.prune(), store.prune()]));
    // The two calls on one store share a run.
    expect(removed.reduce((sum, count) => sum + count, 0) / 2).toBe(40);
    expect(await rows()).toBe(0);
  });

  it('never removes a session that is written again meanwhile', async () => {
    const store = open({ pruneBatch: 3 });
    for (let round = 0; round < 5; round++) {
      await fill(store, 20, 1, `round ${String(round)}`);
      const keys = Array.from({ length: 20 }, (_, index) => `round ${String(round)}:${String(index)}`);
      await until('they have expired', async () => (await store.read(keys.at(-1) ?? '')) === null);
      const revived = keys.map((key) => store.write(key, Buffer.from('anew'), aMinute, 'absent'));
      await Promise.all([store.prune(), ...revived]);
      for (const result of await Promise.all(revived)) expect('written' in result).toBe(true);
      for (const key of keys) expect(Buffer.from((await store.read(key))?.bytes ?? []).toString()).toBe('anew');
    }
  });

  it('removes it by itself every so often once it has stored something, and stops when it is closed', async () => {
    const store = open({ pruneIntervalMs: 20 });
    await fill(store, 3, 1);
    await until('they are removed', async () => (await rows()) === 0);
    await store.close();
    await fill(open({ pruneIntervalMs: null }), 3, 1);
    // What does not happen has no event that could be waited for.
    const counts = await subject.counts(() => pause(100));
    expect(counts).toEqual({});
    expect(await rows()).toBe(3);
  });

  it('says so where it cannot be removed, and goes on trying', async () => {
    const log = new CollectedLog();
    const store = open({ pruneIntervalMs: 20 }, log);
    await fill(store, 1, aMinute);
    await database.schema.dropTable('sessions').execute();
    await until('it is told twice', () => log.warnings.length >= 2);
    expect(log.warnings[0]).toMatch(/^Expired sessions could not be removed\. .*has no table sessions/);
    await createSessionTable(database);
    await fill(store, 3, 1);
    await until('they are removed', async () => (await rows()) === 0);
  });

  function open(options: Partial<SqlStoreOptions>, log = new CollectedLog()): SqlStore {
    const store = new SqlStore({ database, ...options }, { log });
    opened.push(store);
    return store;
  }

  async function rows(): Promise<number> {
    const { rows: counted } = await sql<{ count: unknown }>`SELECT count(*) AS count FROM sessions`.execute(database);
    return Number(counted[0]?.count);
  }
});

async function fill(store: SqlStore, count: number, ttlMs: number, name = `for ${String(ttlMs)}`): Promise<void> {
  for (let index = 0; index < count; index++) {
    await store.write(`${name}:${String(index)}`, Buffer.from('1'), ttlMs, 'absent');
  }
}

async function keysOf(store: SqlStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys;
}
