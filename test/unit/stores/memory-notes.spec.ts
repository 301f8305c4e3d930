import { describe, expect, it } from '@jest/globals';
import { SessionStoreFullError } from '../../../lib/errors.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { isShedding, notesOf, type SessionStore } from '../../../lib/stores/session-store.js';
import { withTimeLimit } from '../../../lib/stores/time-limit.js';
import { CollectedLog } from '../../support/collected-log.js';

const aMinute = 60_000;
let time = 1_764_000_000_000;
const log = new CollectedLog();

function store(options: { maxSessions?: number; maxNotes?: number }): MemoryStore {
  return new MemoryStore(options, { log, now: () => time });
}

async function create(where: SessionStore, key: string, owner?: string, ttlMs = aMinute): Promise<void> {
  expect('written' in (await where.write(key, Buffer.from(key), ttlMs, 'absent', owner))).toBe(true);
}

async function has(where: SessionStore, ...keys: string[]): Promise<boolean[]> {
  return Promise.all(keys.map(async (key) => (await where.read(key)) !== null));
}

describe('sessions in memory, when there are too many', () => {
  it('lose those without a login first, the one that was unused for longest', async () => {
    const sessions = store({ maxSessions: 4 });
    await create(sessions, 'login', 'owner');
    for (const key of ['a', 'b', 'c']) await create(sessions, key);
    await sessions.read('a');
    for (const key of ['d', 'e']) await create(sessions, key);
    expect(await has(sessions, 'login', 'a', 'b', 'c', 'd', 'e')).toEqual([true, true, false, false, true, true]);
    for (let stranger = 0; stranger < 100; stranger++) await create(sessions, `stranger ${String(stranger)}`);
    expect(await has(sessions, 'login')).toEqual([true]);
  });

  it('lose a login where there are only logins, the one that was unused for longest', async () => {
    const sessions = store({ maxSessions: 2 });
    for (const key of ['first', 'second']) await create(sessions, key, 'owner');
    await sessions.read('first');
    await create(sessions, 'stranger');
    expect(await has(sessions, 'first', 'second', 'stranger')).toEqual([true, false, true]);
    await create(sessions, 'another');
    expect(await has(sessions, 'first', 'stranger', 'another')).toEqual([true, false, true]);
  });
});

describe('notes in memory', () => {
  it('are apart from sessions and from notes of other kinds, with a time limit around the store or without', async () => {
    const sessions = store({ maxSessions: 1, maxNotes: 2 });
    const notes = notesOf(withTimeLimit(sessions, 1_000), 'revoked');
    for (const key of ['1', '2']) await create(notes, key);
    for (const key of ['a', 'b', 'c']) await create(sessions, key);
    for (const key of ['x', 'y']) await create(sessions.notes('other'), key);
    expect(await has(notes, '1', '2')).toEqual([true, true]);
    expect(await has(sessions, '1', 'x')).toEqual([false, false]);
  });

  it('are never forgotten early: one too many is refused, until one has expired', async () => {
    const notes = store({ maxNotes: 2 }).notes('revoked');
    await create(notes, 'short', undefined, 5_000);
    await create(notes, 'long');
    await expect(notes.write('more', Buffer.from('1'), aMinute, 'absent')).rejects.toThrow(SessionStoreFullError);
    await expect(notes.write('more', Buffer.from('1'), aMinute, 'absent')).rejects.toThrow(/SESSION_MEMORY_MAX_NOTES/);
    expect('conflict' in (await notes.write('long', Buffer.from('1'), aMinute, 'absent'))).toBe(true);
    expect(await has(notes, 'short', 'long')).toEqual([true, true]);
    time += 6_000;
    await create(notes, 'more');
    expect(await has(notes, 'short', 'long', 'more')).toEqual([false, true, true]);
  });

  it('make room when they are asked to, and say until when what they forgot was written', async () => {
    const notes = store({ maxNotes: 4 }).notes('revoked');
    if (!isShedding(notes)) throw new Error('notes in memory make room');
    expect(notes.shed()).toBeNull();
    const begin = time;
    for (const key of ['1', '2', '3', '4']) {
      await create(notes, key);
      time += 10;
    }
    expect(notes.shed()).toBe(begin + 10);
    expect(await has(notes, '1', '2', '3', '4')).toEqual([false, false, true, true]);
  });
});
