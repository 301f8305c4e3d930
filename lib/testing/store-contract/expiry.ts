import assert from 'node:assert/strict';
import { casesOf } from './contract-case.js';
import {
  absence,
  aMinute,
  assertGone,
  create,
  earlyMs,
  freshKey,
  present,
  textOf,
  utf8,
  whileItLives,
  writtenBy,
} from './steps.js';

/** A short life, so that cases are quick, and a tolerance for the expiry: machines are busy, stores round up. In ms. */
const lifeMs = 300;
const graceMs = 3_000;
export const expiryCases = casesOf('expiry', {
  'expires a record when its time is over, and not before': async ({ store }) => {
    const key = freshKey();
    const before = performance.now();
    await create(store, key, 'short-lived', lifeMs);
    const lastSeen = await absence(store, key, lifeMs + graceMs);
    assert.ok(lastSeen - before > lifeMs / 2, 'the record was absent long before its time');
  },

  'expires each record at its own time': async ({ store }) => {
    const [short, long] = [freshKey(), freshKey()];
    await create(store, long, 'long-lived');
    await create(store, short, 'short-lived', lifeMs);
    await absence(store, short, lifeMs + graceMs);
    assert.equal(textOf(await store.read(long)), 'long-lived');
  },

  'does not extend a record’s life by reading': async ({ store }) => {
    const key = freshKey();
    await create(store, key, 'read all the time', lifeMs);
    // Polls every few milliseconds until it expires: if reading extended its life, it never would.
    await absence(store, key, lifeMs + graceMs);
  },

  'extends a record’s life by a touch': async ({ store }) => {
    const witness = freshKey();
    const touched = await whileItLives(
      lifeMs,
      (key) => create(store, key, 'touched', lifeMs),
      (key) => store.touch(key, aMinute),
    );
    await create(store, witness, 'not touched', lifeMs);
    await absence(store, witness, lifeMs + graceMs);
    assert.equal(textOf(await store.read(touched)), 'touched');
  },

  'shortens a record’s life by a touch, too': async ({ store }) => {
    const key = freshKey();
    await create(store, key, 'touched');
    const before = performance.now();
    assert.equal(await store.touch(key, lifeMs), true);
    const lastSeen = await absence(store, key, lifeMs + graceMs);
    assert.ok(lastSeen - before > lifeMs / 2, 'the record was absent long before its time');
  },

  'counts a record’s life from the last write': async ({ store }) => {
    const shortened = freshKey();
    const lengthened = await whileItLives(
      lifeMs,
      (key) => create(store, key, 'first', lifeMs),
      async (key, first) => 'written' in (await store.write(key, utf8('second'), aMinute, first)),
    );
    const other = await create(store, shortened, 'first');
    writtenBy(await store.write(shortened, utf8('second'), lifeMs, other));
    await absence(store, shortened, lifeMs + graceMs);
    assert.equal(textOf(await store.read(lengthened)), 'second');
  },

  'keeps a version valid after a touch': async ({ store }) => {
    const key = freshKey();
    const version = await create(store, key, 'first');
    assert.equal(await store.touch(key, aMinute), true);
    writtenBy(await store.write(key, utf8('second'), aMinute, version));
    assert.equal(textOf(await store.read(key)), 'second');
  },

  'treats what has expired as absent in every method': async ({ store }) => {
    const keys = [freshKey(), freshKey(), freshKey(), freshKey(), freshKey()] as const;
    const versions = await Promise.all(keys.map((key) => create(store, key, 'short-lived', lifeMs)));
    const witness = freshKey();
    await create(store, witness, 'short-lived', lifeMs + earlyMs);
    await absence(store, witness, lifeMs + graceMs);
    const [touched, deleted, deletedIf, written, created] = keys;
    assert.equal(await store.touch(touched, aMinute), false);
    assert.equal(await store.delete(deleted), 'absent');
    assert.equal(await store.delete(deletedIf, versions[2]), 'absent');
    assertGone(await store.write(written, utf8('late'), aMinute, versions[3]));
    await create(store, created, 'anew');
    assert.equal(textOf(await present(store, created)), 'anew');
    for (const key of [touched, deleted, deletedIf, written]) assert.equal(await store.read(key), null);
  },
});
