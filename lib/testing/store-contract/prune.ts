import assert from 'node:assert/strict';
import { isPrunable, type SessionStore } from '../../stores/session-store.js';
import { casesOf } from './contract-case.js';
import { absence, create, freshKey, textOf } from './steps.js';

export const pruneCases = casesOf('prune', {
  'removes what has expired, returns how much it was, and leaves what is live': async ({ store }) => {
    await prune(store); // left by other cases
    const live = freshKey();
    await create(store, live, 'long-lived');
    const witness = freshKey();
    for (const key of [freshKey(), freshKey(), freshKey()]) await create(store, key, 'short-lived', 100);
    await create(store, witness, 'short-lived', 110);
    await absence(store, witness, 3_000);
    // Reading may already have removed the witness.
    const removed = await prune(store);
    assert.ok(removed === 3 || removed === 4, `three or four had expired, not ${String(removed)}`);
    assert.equal(await prune(store), 0);
    assert.equal(textOf(await store.read(live)), 'long-lived');
  },
});

async function prune(store: SessionStore): Promise<number> {
  assert.ok(isPrunable(store), 'the store does not support pruning');
  return store.prune();
}
