import assert from 'node:assert/strict';
import { casesOf } from './contract-case.js';
import { aMinute, conflictOf, create, freshKey, present, textOf, utf8, writtenBy } from './steps.js';

export const compareAndSetCases = casesOf('compare-and-set', {
  'writes against the version that was read': async ({ store }) => {
    const key = freshKey();
    await create(store, key, 'first');
    const { version } = await present(store, key);
    writtenBy(await store.write(key, utf8('second'), aMinute, version));
    assert.equal(textOf(await store.read(key)), 'second');
  },

  'writes against the version that a write returned': async ({ store }) => {
    const key = freshKey();
    let version = await create(store, key, '0');
    for (const text of ['1', '2', '3']) version = writtenBy(await store.write(key, utf8(text), aMinute, version));
    assert.equal(textOf(await store.read(key)), '3');
  },

  'answers a write against an older version with the newest record, and changes nothing': async ({ store }) => {
    const key = freshKey();
    const old = await create(store, key, 'first');
    writtenBy(await store.write(key, utf8('newest'), aMinute, old));
    assert.equal(textOf(conflictOf(await store.write(key, utf8('late'), aMinute, old))), 'newest');
    assert.equal(textOf(await store.read(key)), 'newest');
  },

  'returns a version with a conflict that can be written against': async ({ store }) => {
    const key = freshKey();
    const old = await create(store, key, 'first');
    writtenBy(await store.write(key, utf8('newest'), aMinute, old));
    const { version } = conflictOf(await store.write(key, utf8('late'), aMinute, old));
    writtenBy(await store.write(key, utf8('merged'), aMinute, version));
    assert.equal(textOf(await store.read(key)), 'merged');
  },

  'creates only what does not exist, and otherwise returns what does': async ({ store }) => {
    const key = freshKey();
    await create(store, key, 'first');
    const there = conflictOf(await store.write(key, utf8('second'), aMinute, 'absent'));
    assert.equal(textOf(there), 'first');
    assert.equal(textOf(await store.read(key)), 'first');
    writtenBy(await store.write(key, utf8('third'), aMinute, there.version));
  },

  'does not extend a record’s life by a write that conflicts': async ({ store }) => {
    const key = freshKey();
    const old = await create(store, key, 'first');
    const version = writtenBy(await store.write(key, utf8('newest'), aMinute, old));
    conflictOf(await store.write(key, utf8('late'), 1, old));
    writtenBy(await store.write(key, utf8('still there'), aMinute, version));
  },

  'deletes against the version that was read': async ({ store }) => {
    const key = freshKey();
    await create(store, key, 'first');
    const { version } = await present(store, key);
    assert.equal(await store.delete(key, version), 'deleted');
    assert.equal(await store.read(key), null);
  },

  'answers a delete against an older version with the newest record, and deletes nothing': async ({ store }) => {
    const key = freshKey();
    const old = await create(store, key, 'first');
    writtenBy(await store.write(key, utf8('newest'), aMinute, old));
    const there = conflictOf(await store.delete(key, old));
    assert.equal(textOf(there), 'newest');
    assert.equal(textOf(await store.read(key)), 'newest');
    assert.equal(await store.delete(key, there.version), 'deleted');
  },

  'accepts an instance’s version in another instance': async ({ store, anotherInstance }) => {
    const other = (await anotherInstance?.()) ?? store;
    const key = freshKey();
    const first = await create(store, key, 'first');
    const second = writtenBy(await other.write(key, utf8('second'), aMinute, first));
    assert.equal(textOf(conflictOf(await store.write(key, utf8('late'), aMinute, first))), 'second');
    assert.equal(await store.delete(key, second), 'deleted');
  },
});
