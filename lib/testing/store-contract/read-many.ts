import assert from 'node:assert/strict';
import { type BulkReadable, isBulkReadable, type SessionStore } from '../../stores/session-store.js';
import { casesOf } from './contract-case.js';
import { hostileKeys } from './hostile-keys.js';
import { absence, aMinute, assertBytes, create, freshKey, textOf, utf8, writtenBy } from './steps.js';

export const readManyCases = casesOf('read-many', {
  'reads several records in the order of their keys, and null for each that is absent': async ({ store }) => {
    const [one, absent, other] = [freshKey(), freshKey(), freshKey()];
    await create(store, one, 'one');
    await create(store, other, 'other');
    const records = await bulk(store).readMany([other, absent, one, other]);
    assert.deepEqual(
      records.map((record) => record && textOf(record)),
      ['other', null, 'one', 'other'],
    );
  },

  'reads nothing for no keys': async ({ store }) => {
    assert.deepEqual(await bulk(store).readMany([]), []);
  },

  'leaves out what has been deleted or has expired': async ({ store }) => {
    const [live, deleted, expired] = [freshKey(), freshKey(), freshKey()];
    await create(store, live, 'live');
    await create(store, deleted, 'deleted');
    await create(store, expired, 'expired', 50);
    await store.delete(deleted);
    // Polls another one, since reading an expired record may remove it.
    const witness = freshKey();
    await create(store, witness, 'short-lived', 60);
    await absence(store, witness, 3_000);
    const records = await bulk(store).readMany([deleted, live, expired]);
    assert.deepEqual(
      records.map((record) => record && textOf(record)),
      [null, 'live', null],
    );
  },

  'returns bytes and versions as a single read does': async ({ store }) => {
    const [key, other] = [freshKey(), freshKey()];
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    writtenBy(await store.write(key, bytes, aMinute, 'absent'));
    await create(store, other, 'x');
    const [record] = await bulk(store).readMany([key, other]);
    assert.ok(record);
    assertBytes(record.bytes, bytes);
    writtenBy(await store.write(key, utf8('changed'), aMinute, record.version));
    const stale = await store.write(key, utf8('again'), aMinute, record.version);
    assert.ok('conflict' in stale, 'a version from before the change must not be current any more');
  },

  'reads under any keys': async ({ store }) => {
    const keys = hostileKeys();
    for (const key of keys) await create(store, key, key);
    const records = await bulk(store).readMany(keys);
    assert.deepEqual(records.map(textOf), keys);
    for (const key of keys) await store.delete(key);
  },

  'reads a thousand records': async ({ store }) => {
    const keys = Array.from({ length: 1_001 }, () => freshKey());
    const present = keys.filter((_, at) => at % 10 === 0);
    for (let first = 0; first < present.length; first += 50) {
      await Promise.all(present.slice(first, first + 50).map((key) => create(store, key, key)));
    }
    const records = await bulk(store).readMany(keys);
    assert.deepEqual(
      records.map((record) => record && textOf(record)),
      keys.map((key) => (present.includes(key) ? key : null)),
    );
    await Promise.all(present.map((key) => store.delete(key)));
  },
});

function bulk(store: SessionStore): BulkReadable {
  assert.ok(isBulkReadable(store), 'the store does not support reading several records at once');
  return store;
}
