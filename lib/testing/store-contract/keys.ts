import assert from 'node:assert/strict';
import { isListable, type SessionStore } from '../../stores/session-store.js';
import { casesOf } from './contract-case.js';
import { hostileKeys } from './hostile-keys.js';
import { absence, create, freshKey } from './steps.js';

export const keysCases = casesOf('keys', {
  'lists the keys of all live records': async ({ store }) => {
    const [live, deleted, expired, witness] = [freshKey(), freshKey(), freshKey(), freshKey()];
    await create(store, live, 'long-lived');
    await create(store, deleted, 'deleted');
    await create(store, expired, 'short-lived', 50);
    assert.equal(await store.delete(deleted), 'deleted');
    // Polls another one, since reading an expired record may remove it.
    await create(store, witness, 'short-lived', 60);
    await absence(store, witness, 3_000);
    const listed = await keysOf(store);
    assert.ok(listed.includes(live));
    assert.ok(!listed.includes(deleted));
    assert.ok(!listed.includes(expired));
  },

  'lists each key once, and as it was given': async ({ store }) => {
    const keys = hostileKeys();
    for (const key of keys) await create(store, key, 'x');
    const listed = await keysOf(store);
    for (const key of keys) assert.equal(listed.filter((name) => name === key).length, 1);
    for (const key of keys) await store.delete(key);
  },

  'terminates even if each key is read while listing': async ({ store }) => {
    assert.ok(isListable(store), 'the store does not support listing its keys');
    for (let made = 0; made < 3; made++) await create(store, freshKey(), 'x');
    const most = (await keysOf(store)).length;
    let listed = 0;
    for await (const key of store.keys()) {
      assert.ok(++listed <= most, 'a key was listed again after it had been read');
      await store.read(key);
    }
  },
});

async function keysOf(store: SessionStore): Promise<string[]> {
  assert.ok(isListable(store), 'the store does not support listing its keys');
  const keys: string[] = [];
  for await (const key of store.keys()) keys.push(key);
  return keys;
}
