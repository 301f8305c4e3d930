import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { casesOf } from './contract-case.js';
import { hostileKeys } from './hostile-keys.js';
import { aMinute, assertBytes, conflictOf, create, freshKey, present, textOf, utf8, writtenBy } from './steps.js';

export const readWriteCases = casesOf('read-write', {
  'reads null if there is no record': async ({ store }) => {
    assert.equal(await store.read(freshKey()), null);
  },

  'returns bytes of every value as they were written': async ({ store }) => {
    const key = freshKey();
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    writtenBy(await store.write(key, bytes, aMinute, 'absent'));
    assertBytes((await present(store, key)).bytes, bytes);
  },

  'returns bytes as a Uint8Array, whether or not they were written as a Buffer': async ({ store }) => {
    for (const bytes of [utf8('plain'), Buffer.from('a Buffer')]) {
      const key = freshKey();
      writtenBy(await store.write(key, bytes, aMinute, 'absent'));
      const refused = await store.write(key, utf8('other'), aMinute, 'absent');
      for (const record of [await present(store, key), conflictOf(refused)]) {
        assert.ok(types.isUint8Array(record.bytes), 'the bytes are not a Uint8Array');
        assertBytes(record.bytes, bytes);
      }
    }
  },

  'keeps an empty record': async ({ store }) => {
    const key = freshKey();
    const version = writtenBy(await store.write(key, new Uint8Array(0), aMinute, 'absent'));
    assert.equal((await present(store, key)).bytes.length, 0);
    writtenBy(await store.write(key, utf8('no longer'), aMinute, version));
    assert.equal(textOf(await store.read(key)), 'no longer');
  },

  'keeps a record of a megabyte': async ({ store }) => {
    const key = freshKey();
    const bytes = randomBytes(1024 * 1024);
    writtenBy(await store.write(key, bytes, aMinute, 'absent'));
    assertBytes((await present(store, key)).bytes, bytes);
  },

  'overwrites a record with a longer and with a shorter one': async ({ store }) => {
    const key = freshKey();
    const first = await create(store, key, 'middling');
    const second = writtenBy(await store.write(key, utf8('longer than before'), aMinute, first));
    assert.equal(textOf(await store.read(key)), 'longer than before');
    writtenBy(await store.write(key, utf8('short'), aMinute, second));
    assert.equal(textOf(await store.read(key)), 'short');
  },

  'is not changed by what the caller does to the bytes after writing them': async ({ store }) => {
    const key = freshKey();
    const created = utf8('as written');
    const creating = store.write(key, created, aMinute, 'absent');
    created.fill(0);
    const version = writtenBy(await creating);
    assert.equal(textOf(await store.read(key)), 'as written');
    const changed = utf8('as written again');
    const changing = store.write(key, changed, aMinute, version);
    changed.fill(0);
    await changing;
    assert.equal(textOf(await store.read(key)), 'as written again');
  },

  'is not changed by what the caller does to the bytes after reading them': async ({ store }) => {
    const key = freshKey();
    const version = await create(store, key, 'as written');
    (await present(store, key)).bytes.fill(0);
    assert.equal(textOf(await store.read(key)), 'as written');
    const refused = await store.write(key, utf8('other'), aMinute, 'absent');
    if ('conflict' in refused) refused.conflict.bytes.fill(0);
    assert.equal(textOf(await store.read(key)), 'as written');
    writtenBy(await store.write(key, utf8('next'), aMinute, version));
  },

  'keeps records apart whose keys are alike or hostile': async ({ store }) => {
    const keys = hostileKeys();
    for (const key of keys) await create(store, key, `the record of ${key}`);
    for (const key of keys) assert.equal(textOf(await store.read(key)), `the record of ${key}`);
    for (const key of keys) assert.equal(await store.delete(key), 'deleted');
    for (const key of keys) assert.equal(await store.read(key), null);
  },

  'shares its records with another instance on the same data': async ({ store, anotherInstance }) => {
    const other = (await anotherInstance?.()) ?? store;
    const key = freshKey();
    await create(store, key, 'from the one');
    const seen = await present(other, key);
    assert.equal(textOf(seen), 'from the one');
    writtenBy(await other.write(key, utf8('from the other'), aMinute, seen.version));
    assert.equal(textOf(await store.read(key)), 'from the other');
    assert.equal(await store.delete(key), 'deleted');
    assert.equal(await other.read(key), null);
  },
});
