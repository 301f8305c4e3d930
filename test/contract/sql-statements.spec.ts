import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CamelCasePlugin, type Kysely, ParseJSONResultsPlugin, sql } from 'kysely';
import { SqlStore } from '../../lib/stores/sql/index.js';
import type { Version, WriteResult } from '../../lib/stores/session-store.js';
import { until } from '../support/until.js';
import { sqlSubjects } from './sql-subjects.js';

// Servers are started and stopped, on machines that are busy.
const aMinute = 60_000;
let number = 0;

describe.each(sqlSubjects)('SqlStore and its statements on $name', (subject) => {
  let database: Kysely<object>;
  let store: SqlStore;

  beforeAll(async () => {
    await subject.start();
    database = subject.kysely();
    store = new SqlStore({ database, createTable: true });
    await store.read('probe');
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  afterAll(async () => {
    await store.close();
    await database.destroy();
    await subject.stop();
  });

  it('reads with one SELECT', async () => {
    const { key } = await created();
    expect(await subject.counts(() => store.read(key))).toEqual({ select: 1 });
    expect(await subject.counts(() => store.read(freshKey()))).toEqual({ select: 1 });
  });

  it('creates with one INSERT, and writes with one UPDATE', async () => {
    const key = freshKey();
    const counts = await subject.counts(() => store.write(key, bytes('1'), aMinute, 'absent', 'owner'));
    expect(counts).toEqual({ insert: 1 });
    const { key: other, version } = await created();
    expect(await subject.counts(() => store.write(other, bytes('2'), aMinute, version))).toEqual({ update: 1 });
  });

  it('asks for the newest record where a write met a newer one, and nowhere else', async () => {
    const { key, version } = await created();
    await store.write(key, bytes('newest'), aMinute, version);
    let result: WriteResult | undefined;
    const counts = await subject.counts(async () => {
      result = await store.write(key, bytes('late'), aMinute, version);
    });
    expect(counts).toEqual({ update: 1, select: 1 });
    expect(textOf(result)).toBe('newest');
  });

  it('touches with one UPDATE, and deletes with one DELETE', async () => {
    const { key } = await created();
    const { key: other, version } = await created();
    expect(await subject.counts(() => store.touch(key, aMinute))).toEqual({ update: 1 });
    expect(await subject.counts(() => store.delete(key))).toEqual({ delete: 1 });
    expect(await subject.counts(() => store.delete(key))).toEqual({ delete: 1 });
    expect(await subject.counts(() => store.delete(other, version))).toEqual({ delete: 1 });
  });

  it('ends the sessions of an owner with one DELETE, and lists them with one SELECT a thousand', async () => {
    const owner = freshKey();
    for (let index = 0; index < 5; index++) await created(owner);
    expect(await subject.counts(() => keysOf(store.ownedBy(owner)))).toEqual({ select: 1 });
    expect(await subject.counts(() => store.deleteOwnedBy(owner))).toEqual({ delete: 1 });
  });

  it('lists more than a page of keys, each once', async () => {
    const owner = freshKey();
    const keys = Array.from({ length: 1_050 }, () => freshKey());
    await Promise.all(keys.map((key) => store.write(key, bytes('1'), aMinute, 'absent', owner)));
    expect((await keysOf(store.ownedBy(owner))).sort()).toEqual([...keys].sort());
    const all = await keysOf(store.keys());
    expect(all).toHaveLength(new Set(all).size);
    expect(all).toEqual(expect.arrayContaining(keys));
    expect(await store.deleteOwnedBy(owner)).toBe(1_050);
  });

  it('keeps the application out of it: plugins, and the instance stays open', async () => {
    const withPlugins = database.withPlugin(new CamelCasePlugin()).withPlugin(new ParseJSONResultsPlugin());
    const another = new SqlStore({ database: withPlugins });
    const key = `{"a":${freshKey()}}`;
    await another.write(key, bytes('{"b":1}'), aMinute, 'absent', 'with plugins');
    expect(Buffer.from((await another.read(key))?.bytes ?? []).toString()).toBe('{"b":1}');
    expect(await keysOf(another.ownedBy('with plugins'))).toEqual([key]);
    await another.close();
    expect(await store.read(key)).not.toBeNull();
  });

  it('goes by the clock of the database: one of the application that is wrong ends no session early or late', async () => {
    const { key } = await created();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 3_600_000);
    expect(await store.read(key)).not.toBeNull();
    expect(await store.touch(key, aMinute)).toBe(true);
    jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
    expect(await store.touch(key, 1)).toBe(true);
    await until('it has ended', async () => (await store.read(key)) === null);
  });

  it('stores the time of expiry to the millisecond', async () => {
    const key = freshKey();
    const before = Date.now();
    await store.write(key, bytes('1'), 31 * 86_400_000 + 123, 'absent');
    const after = Date.now();
    const expiry = (await expiryOf(key)) - 31 * 86_400_000 - 123;
    expect(expiry).toBeGreaterThanOrEqual(before - 2);
    expect(expiry).toBeLessThanOrEqual(after + 2);
  });

  it('gives a record that replaces what has expired to its own owner, or to nobody', async () => {
    const [first, second] = [freshKey(), freshKey()];
    const keys = [freshKey(), freshKey()];
    const [taken = '', left = ''] = keys;
    for (const key of keys) await store.write(key, bytes('1'), 1, 'absent', first);
    await until('they have expired', async () => (await keysOf(store.ownedBy(first))).length === 0);
    await store.write(taken, bytes('2'), aMinute, 'absent', second);
    await store.write(left, bytes('2'), aMinute, 'absent');
    expect(await keysOf(store.ownedBy(first))).toEqual([]);
    expect(await keysOf(store.ownedBy(second))).toEqual([taken]);
    expect(await store.deleteOwnedBy(first)).toBe(0);
  });

  it('refuses keys and owners that the columns do not hold, rather than cut them', async () => {
    const long = 'k'.repeat(1_025);
    await expect(store.write(long, bytes('1'), aMinute, 'absent')).rejects.toThrow(
      /at most 1024 bytes.*SESSION_KEY_PREFIX/,
    );
    await expect(store.write(freshKey(), bytes('1'), aMinute, 'absent', long)).rejects.toThrow(/at most 1024 bytes/);
    expect(await store.read(long)).toBeNull();
    const longest = 'é'.repeat(512);
    await store.write(longest, bytes('1'), aMinute, 'absent', longest);
    expect(await keysOf(store.ownedBy(longest))).toEqual([longest]);
  });

  it('refuses a version that is none of its own', async () => {
    const { key } = await created();
    await expect(store.write(key, bytes('2'), aMinute, 'seven')).rejects.toThrow('was not made by the SQL store');
    await expect(store.delete(key, 'seven')).rejects.toThrow('was not made by the SQL store');
  });

  async function expiryOf(key: string): Promise<number> {
    const statement = sql<{ at: unknown }>`SELECT expires_at AS at FROM sessions WHERE session_key = ${key}`;
    const { rows } = await statement.execute(database);
    return Number(rows[0]?.at);
  }

  async function created(owner?: string): Promise<{ key: string; version: Version }> {
    const key = freshKey();
    const result = await store.write(key, bytes('1'), aMinute, 'absent', owner);
    if (!('written' in result)) throw new Error('not written');
    return { key, version: result.written };
  }
});

function freshKey(): string {
  return `statements:${String(++number)}`;
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

function textOf(result: WriteResult | undefined): string {
  if (result === undefined || !('conflict' in result)) throw new Error('no conflict');
  return Buffer.from(result.conflict.bytes).toString();
}

async function keysOf(listing: AsyncIterable<string>): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of listing) keys.push(key);
  return keys;
}
