import { beforeEach, describe, expect, it } from '@jest/globals';
import { SessionStoreFullError } from '../../../lib/errors.js';
import { SealedRevocations } from '../../../lib/session/sealed-revocations.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { standaloneContext } from '../../../lib/stores/store-context.js';
import { FailingStore } from '../../support/failing-store.js';

const hour = 3_600_000;
const most = 8;
let time: number;
let revocations: SealedRevocations;
let made = 0;

beforeEach(() => {
  time = 1_764_000_000_000;
  const store = new MemoryStore({ maxSessions: 1, maxNotes: most }, { ...standaloneContext, now: () => time });
  revocations = new SealedRevocations(store, 'session:');
});

/** Ends one session after the other, one a second. */
async function endSome(count: number): Promise<{ readonly id: string; readonly issuedAt: number }[]> {
  const ended: { readonly id: string; readonly issuedAt: number }[] = [];
  for (let number = 0; number < count; number++) {
    const session = { id: `id ${String(made++)}`, issuedAt: time };
    time += 1_000;
    expect(await revocations.add(session.id, hour, session.issuedAt)).toBe(true);
    ended.push(session);
  }
  return ended;
}

describe('sealed sessions that were ended, when there is no room for another note', () => {
  it('stay ended, all of them, however many there are', async () => {
    const ended = await endSome(10 * most);
    for (const { id, issuedAt } of ended) expect(await revocations.has(id, issuedAt)).toBe(true);
  });

  it('take with them only what was issued before, and never what was issued since', async () => {
    const before = time;
    await endSome(most);
    expect(await revocations.has('alive', before)).toBe(false);
    const later = time;
    await endSome(1);
    expect(await revocations.has('alive', before)).toBe(true);
    expect(await revocations.has('alive', later)).toBe(false);
    expect(await revocations.has('alive', null)).toBe(false);
  });

  it('cannot be ended a second time by a request that began before', async () => {
    const [first] = await endSome(most + 1);
    expect(await revocations.add(first?.id ?? '', hour, first?.issuedAt ?? 0)).toBe(false);
    expect(await revocations.add('new', hour, time)).toBe(true);
  });

  it('leave the error to who asked where a store is full that cannot make room', async () => {
    const store = new FailingStore();
    store.fail(new SessionStoreFullError('full'));
    await expect(new SealedRevocations(store, 'session:').add('id', hour, time)).rejects.toThrow(SessionStoreFullError);
  });
});
