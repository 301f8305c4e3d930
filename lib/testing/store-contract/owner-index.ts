import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isOwned, type Owned, type SessionStore, type Version } from '../../stores/session-store.js';
import { casesOf, type StoreHarness } from './contract-case.js';
import { hostileKeys } from './hostile-keys.js';
import {
  absence,
  aMinute,
  assertGone,
  change,
  conflictOf,
  freshKey,
  textOf,
  utf8,
  whileItLives,
  writtenBy,
} from './steps.js';

type OwnedStore = SessionStore & Owned;

const lifeMs = 300;
const graceMs = 3_000;

export const ownerIndexCases = casesOf('owner-index', {
  'lists all of an owner’s records, each once, and nobody else’s': async (harness) => {
    const { store } = await open(harness);
    const [owner, another, nobody] = [freshOwner(), freshOwner(), freshOwner()];
    const keys = await createFor(store, owner, 3);
    const others = await createFor(store, another, 2);
    writtenBy(await store.write(freshKey(), utf8('nobody’s'), aMinute, 'absent'));
    assert.deepEqual(await listed(store, owner), keys);
    assert.deepEqual(await listed(store, another), others);
    assert.deepEqual(await listed(store, nobody), []);
  },

  'shares its owner index with another instance': async (harness) => {
    const { store, other } = await open(harness);
    const owner = freshOwner();
    const keys = [...(await createFor(store, owner, 2)), ...(await createFor(other, owner, 2))].sort();
    assert.deepEqual(await listed(store, owner), keys);
    assert.deepEqual(await listed(other, owner), keys);
  },

  'keeps owners apart whose names are alike or hostile': async (harness) => {
    const { store } = await open(harness);
    const records = new Map<string, string[]>();
    for (const owner of hostileKeys()) records.set(owner, await createFor(store, owner, 2));
    for (const [owner, keys] of records) assert.deepEqual(await listed(store, owner), keys);
    const owners = [...records.keys()];
    for (const [index, owner] of owners.entries()) {
      assert.equal(await store.deleteOwnedBy(owner), 2);
      assert.deepEqual(await living(store, records.get(owner) ?? []), []);
      const next = records.get(owners[index + 1] ?? '') ?? [];
      assert.deepEqual(await living(store, next), next, 'another owner’s record was deleted');
    }
  },

  'returns keys as they were given': async (harness) => {
    const { store } = await open(harness);
    const owner = freshOwner();
    const keys = hostileKeys().sort();
    for (const key of keys) await createOwned(store, owner, key);
    assert.deepEqual(await listed(store, owner), keys);
    assert.equal(await store.deleteOwnedBy(owner), keys.length);
    assert.deepEqual(await living(store, keys), []);
  },

  'lists a record without an owner for nobody': async (harness) => {
    const { store } = await open(harness);
    const owner = freshOwner();
    const [owned = ''] = await createFor(store, owner, 1);
    const key = freshKey();
    const version = writtenBy(await store.write(key, utf8('nobody’s'), aMinute, 'absent'));
    writtenBy(await store.write(key, utf8('still without an owner'), aMinute, version));
    assert.deepEqual(await listed(store, owner), [owned]);
    assert.equal(await store.deleteOwnedBy(owner), 1);
    assert.equal(textOf(await store.read(key)), 'still without an owner');
  },

  'still lists what was touched or written, beyond its original time to live': async (harness) => {
    const { store } = await open(harness);
    const owner = freshOwner();
    const createAt = (key: string): Promise<Version> => createOwned(store, owner, key, lifeMs);
    const touched = await whileItLives(lifeMs, createAt, (key) => store.touch(key, aMinute));
    const written = await whileItLives(lifeMs, createAt, async (key, version) => {
      return 'written' in (await store.write(key, utf8('written again'), aMinute, version));
    });
    const witness = freshKey();
    await createAt(witness);
    await absence(store, witness, lifeMs + graceMs);
    // A new record, so that a store that cleans up at a creation does so.
    const [created = ''] = await createFor(store, owner, 1);
    assertIncludes(await listed(store, owner), [touched, written, created]);
    assert.equal(await store.deleteOwnedBy(owner), 3);
    assert.deepEqual(await living(store, [touched, written, created]), []);
  },

  'lists only keys that the owner has had, and what has ended reads as absent': async (harness) => {
    const { store } = await open(harness);
    const owner = freshOwner();
    const [live, deleted, expired] = [freshKey(), freshKey(), freshKey()];
    await createOwned(store, owner, live);
    await createOwned(store, owner, deleted);
    await createOwned(store, owner, expired, lifeMs);
    assert.equal(await store.delete(deleted), 'deleted');
    await absence(store, expired, lifeMs + graceMs);
    const keys = await listed(store, owner);
    assertIncludes(keys, [live]);
    assertIncludes([live, deleted, expired], keys);
    assert.deepEqual(await living(store, keys), [live]);
  },

  'ends all of an owner’s records except one, and counts them': async (harness) => {
    const { store } = await open(harness);
    const [owner, another] = [freshOwner(), freshOwner()];
    const keys = await createFor(store, owner, 4);
    const others = await createFor(store, another, 2);
    const [kept = ''] = keys;
    assert.equal(await store.deleteOwnedBy(owner, kept), 3);
    assert.deepEqual(await living(store, keys), [kept]);
    assert.deepEqual(await listed(store, owner), [kept]);
    assert.deepEqual(await living(store, others), others);
    assert.equal(await store.deleteOwnedBy(owner), 1);
    assert.equal(await store.read(kept), null);
  },

  'cannot except a record of somebody else’s, nor one that does not exist': async (harness) => {
    const { store } = await open(harness);
    const [owner, another] = [freshOwner(), freshOwner()];
    const [foreign = ''] = await createFor(store, another, 1);
    for (const except of [foreign, freshKey(), '']) {
      const keys = await createFor(store, owner, 2);
      assert.equal(await store.deleteOwnedBy(owner, except), 2);
      assert.deepEqual(await living(store, [...keys, foreign]), [foreign]);
      assert.deepEqual(await listed(store, another), [foreign]);
    }
  },

  'counts 0 if there is nothing to end, or no longer': async (harness) => {
    const { store } = await open(harness);
    const owner = freshOwner();
    assert.equal(await store.deleteOwnedBy(owner), 0);
    await createFor(store, owner, 3);
    assert.equal(await store.deleteOwnedBy(owner), 3);
    assert.equal(await store.deleteOwnedBy(owner), 0);
    const [deleted = ''] = await createFor(store, owner, 1);
    assert.equal(await store.delete(deleted), 'deleted');
    assert.equal(await store.deleteOwnedBy(owner), 0);
    const expired = freshKey();
    await createOwned(store, owner, expired, lifeMs);
    await absence(store, expired, lifeMs + graceMs);
    assert.equal(await store.deleteOwnedBy(owner), 0);
  },

  'has ended records in another instance, too': async (harness) => {
    const { store, other } = await open(harness);
    const owner = freshOwner();
    const [written, touched, created] = [freshKey(), freshKey(), freshKey()];
    const version = await createOwned(store, owner, written);
    await createOwned(other, owner, touched);
    await createOwned(store, owner, created);
    assert.equal(await store.deleteOwnedBy(owner), 3);
    assert.deepEqual(await living(other, [written, touched, created]), []);
    assertGone(await other.write(written, utf8('late'), aMinute, version));
    assert.equal(await other.touch(touched, aMinute), false);
    // A key may be reused for another record, and is listed again.
    await createOwned(other, owner, created);
    assertIncludes(await listed(store, owner), [created]);
    assert.equal(await store.deleteOwnedBy(owner), 1);
  },

  'ends records for good even if they are being written and touched': async (harness) => {
    const { store, other } = await open(harness);
    const owner = freshOwner();
    const keys = await createFor(store, owner, 5);
    let changes = 0;
    const busy = keys.flatMap((key) => [
      (async () => {
        while ((await change(other, key, (text) => `${text}.`)) === 'written') {
          changes++;
          // A store whose calls are synchronous would otherwise block the event loop.
          await setImmediate();
        }
      })(),
      (async () => {
        while (await store.touch(key, aMinute)) await setImmediate();
      })(),
    ]);
    while (changes < 20) await setImmediate();
    assert.equal(await store.deleteOwnedBy(owner), 5);
    await Promise.all(busy);
    assert.deepEqual(await living(store, keys), []);
  },

  'does not list a record for an owner whose creation conflicted with it': async (harness) => {
    const { store } = await open(harness);
    const [owner, another] = [freshOwner(), freshOwner()];
    const key = freshKey();
    await createOwned(store, owner, key);
    conflictOf(await store.write(key, utf8('second'), aMinute, 'absent', another));
    conflictOf(await store.write(key, utf8('third'), aMinute, 'absent', owner));
    assert.deepEqual(await listed(store, another), []);
    assert.deepEqual(await listed(store, owner), [key]);
    assert.equal(await store.deleteOwnedBy(another), 0);
    assert.deepEqual(await living(store, [key]), [key]);
    assert.equal(await store.deleteOwnedBy(owner), 1);
  },

  'lets one of twenty parallel creations of an owner win, and lists it once': async (harness) => {
    const { store, other } = await open(harness);
    for (let round = 0; round < 10; round++) {
      const owner = freshOwner();
      const key = freshKey();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? store : other).write(key, utf8(String(index)), aMinute, 'absent', owner),
        ),
      );
      assert.equal(results.filter((result) => 'written' in result).length, 1);
      assert.equal(results.filter((result) => 'conflict' in result).length, 19);
      assert.deepEqual(await listed(store, owner), [key]);
      assert.equal(await store.deleteOwnedBy(owner), 1);
    }
  },

  'ends a record that is created in the meantime, or rejects it, or keeps listing it': async (harness) => {
    const { store, other } = await open(harness);
    const owner = freshOwner();
    for (let round = 0; round < 150; round++) {
      const [before = ''] = await createFor(store, owner, 1);
      const keys = [freshKey(), freshKey(), freshKey(), freshKey()];
      const creations = keys.map(async (key, index) => {
        await turns(randomInt(4));
        return (index % 2 === 0 ? store : other).write(key, utf8('meanwhile'), aMinute, 'absent', owner);
      });
      const deletion = turns(randomInt(4)).then(() => (round % 2 === 0 ? store : other).deleteOwnedBy(owner));
      const results = await Promise.all(creations);
      await deletion;
      assert.equal(await store.read(before), null, 'a record is live that existed before');
      const alive = await living(store, keys);
      assertIncludes(await listed(store, owner), alive);
      const refused = keys.filter((_, index) => 'gone' in (results[index] ?? {}));
      assert.deepEqual(await living(store, refused), [], 'a record is live whose creation was rejected');
      for (const result of results) if (!('gone' in result)) writtenBy(result);
      assert.equal(await store.deleteOwnedBy(owner), alive.length);
      assert.deepEqual(await living(store, keys), []);
    }
  },

  'lists two hundred records of one owner': async (harness) => {
    const { store } = await open(harness);
    const owner = freshOwner();
    const keys = Array.from({ length: 200 }, () => freshKey()).sort();
    await Promise.all(keys.map((key) => createOwned(store, owner, key)));
    assert.deepEqual(await listed(store, owner), keys);
    const [kept = ''] = keys;
    assert.equal(await store.deleteOwnedBy(owner, kept), 199);
    assert.deepEqual(await living(store, keys), [kept]);
  },
});

async function open(harness: StoreHarness): Promise<{ store: OwnedStore; other: OwnedStore }> {
  const { store } = harness;
  const other = (await harness.anotherInstance?.()) ?? store;
  assert.ok(isOwned(store) && isOwned(other), 'the store does not support an owner index');
  return { store, other };
}

/** An owner that no other case uses. */
function freshOwner(): string {
  return `${freshKey()}owner`;
}

function createOwned(store: OwnedStore, owner: string, key: string, ttlMs = aMinute): Promise<Version> {
  return store.write(key, utf8(`the record of ${owner}`), ttlMs, 'absent', owner).then(writtenBy);
}

/** Creates records and returns their keys, sorted. */
async function createFor(store: OwnedStore, owner: string, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, () => freshKey()).sort();
  for (const key of keys) await createOwned(store, owner, key);
  return keys;
}

/** The keys that the store lists, sorted; duplicates are kept. */
async function listed(store: OwnedStore, owner: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.ownedBy(owner)) keys.push(key);
  return keys.sort();
}

/** Those of these keys whose records are live. */
async function living(store: OwnedStore, keys: readonly string[]): Promise<string[]> {
  const records = await Promise.all(keys.map((key) => store.read(key)));
  return keys.filter((_, index) => records[index] !== null);
}

function assertIncludes(all: readonly string[], some: readonly string[]): void {
  for (const key of some) assert.ok(all.includes(key), `${JSON.stringify(key)} is missing`);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
