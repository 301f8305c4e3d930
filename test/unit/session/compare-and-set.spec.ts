import { beforeEach, describe, expect, it } from '@jest/globals';
import { changeRecord } from '../../../lib/session/compare-and-set.js';
import { MemoryStore } from '../../../lib/stores/memory/memory.store.js';
import type { StoredRecord } from '../../../lib/stores/session-store.js';

const ttlMs = 60_000;
const bytesOf = (text: string): Buffer => Buffer.from(text);
const textIn = (record: StoredRecord | null): string => Buffer.from(record?.bytes ?? []).toString();

describe('a change of a record', () => {
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore();
  });

  const stored = async (): Promise<string> => textIn(await store.read('key'));

  it('of twenty parallel ones is in the record with all the others', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        changeRecord(store, 'key', null, (newest) => ({
          bytes: bytesOf(`${textIn(newest)}${String.fromCodePoint(97 + index)}`),
          ttlMs,
        })),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(['done']));
    expect((await stored()).match(/./g)?.sort().join('')).toBe('abcdefghijklmnopqrst');
  });

  it('creates a record that has been removed since it was read', async () => {
    await store.write('key', bytesOf('former'), ttlMs, 'absent');
    const found = await store.read('key');
    await store.delete('key');
    const seen: string[] = [];
    const outcome = await changeRecord(store, 'key', found, (newest) => {
      seen.push(textIn(newest));
      return { bytes: bytesOf('new'), ttlMs };
    });
    expect([outcome, seen, await stored()]).toEqual(['done', ['former', ''], 'new']);
  });

  it('removes the record only as it was seen', async () => {
    await store.write('key', bytesOf('former'), ttlMs, 'absent');
    const found = await store.read('key');
    await store.write('key', bytesOf('newer'), ttlMs, found?.version);
    const outcome = await changeRecord(store, 'key', found, (newest) =>
      textIn(newest) === 'former' ? 'remove' : 'keep',
    );
    expect([outcome, await stored()]).toEqual(['done', 'newer']);
    expect(await changeRecord(store, 'key', await store.read('key'), () => 'remove')).toBe('done');
    expect(await store.read('key')).toBeNull();
  });

  it('removes nothing where there is nothing', async () => {
    expect(await changeRecord(store, 'key', null, () => 'remove')).toBe('done');
  });

  it('gives up once others have been faster as often as it may be tried', async () => {
    class Contended extends MemoryStore {
      override async write(...args: Parameters<MemoryStore['write']>): ReturnType<MemoryStore['write']> {
        const current = await this.read('key');
        await super.write('key', bytesOf('theirs'), ttlMs, current?.version ?? 'absent');
        return super.write(...args);
      }
    }
    store = new Contended();
    let calls = 0;
    const outcome = await changeRecord(
      store,
      'key',
      null,
      () => {
        calls++;
        return { bytes: bytesOf('mine'), ttlMs };
      },
      3,
    );
    expect([outcome, calls, await stored()]).toEqual(['contended', 3, 'theirs']);
  });
});
