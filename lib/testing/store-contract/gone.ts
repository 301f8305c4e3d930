import assert from 'node:assert/strict';
import { casesOf } from './contract-case.js';
import { aMinute, assertGone, change, create, freshKey, textOf, utf8, writtenBy } from './steps.js';

export const goneCases = casesOf('gone', {
  'does not restore a deleted record by a late write': async ({ store }) => {
    const key = freshKey();
    const version = await create(store, key, 'first');
    assert.equal(await store.delete(key), 'deleted');
    assertGone(await store.write(key, utf8('late'), aMinute, version));
    assert.equal(await store.read(key), null);
  },

  'does not restore a deleted record by a touch': async ({ store }) => {
    const key = freshKey();
    await create(store, key, 'first');
    assert.equal(await store.delete(key), 'deleted');
    assert.equal(await store.touch(key, aMinute), false);
    assert.equal(await store.read(key), null);
  },

  'touches nothing if there never was a record': async ({ store }) => {
    const key = freshKey();
    assert.equal(await store.touch(key, aMinute), false);
    assert.equal(await store.read(key), null);
  },

  'reports whether a delete removed anything': async ({ store }) => {
    const key = freshKey();
    assert.equal(await store.delete(key), 'absent');
    const version = await create(store, key, 'first');
    assert.equal(await store.delete(key), 'deleted');
    assert.equal(await store.delete(key), 'absent');
    assert.equal(await store.delete(key, version), 'absent');
  },

  'treats a key that is created again as another record': async ({ store }) => {
    const key = freshKey();
    const old = await create(store, key, 'first');
    assert.equal(await store.delete(key), 'deleted');
    const version = await create(store, key, 'second');
    assert.ok('conflict' in (await store.write(key, utf8('late'), aMinute, old)));
    assert.equal(textOf(await store.read(key)), 'second');
    writtenBy(await store.write(key, utf8('third'), aMinute, version));
  },

  'stays deleted however many requests are writing and touching': async ({ store, anotherInstance }) => {
    const other = (await anotherInstance?.()) ?? store;
    const key = freshKey();
    await create(store, key, '0');
    const writers = Array.from({ length: 10 }, async (_, index) => {
      const mine = index % 2 === 0 ? store : other;
      let last: 'written' | 'gone' = 'written';
      while (last === 'written') last = await change(mine, key, (text) => String(Number(text) + 1));
    });
    const toucher = (async () => {
      let isThere = true;
      while (isThere) isThere = await store.touch(key, aMinute);
    })();
    while (Number(textOf(await store.read(key))) < 20) await store.touch(key, aMinute);
    assert.equal(await store.delete(key), 'deleted');
    assert.equal(await store.read(key), null);
    await Promise.all([...writers, toucher]);
    assert.equal(await store.read(key), null);
  },
});
