import { setImmediate } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { casesOf } from './contract-case.js';
import { aMinute, change, conflictOf, create, freshKey, present, textOf, utf8 } from './steps.js';

export const manyAtOnceCases = casesOf('many-at-once', {
  'lets one of twenty parallel creations win, and returns it to the others': async ({ store }) => {
    const key = freshKey();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.write(key, utf8(`by ${String(index)}`), aMinute, 'absent')),
    );
    const winners = results.flatMap((result, index) => ('written' in result ? [index] : []));
    assert.equal(winners.length, 1);
    const winning = `by ${String(winners[0])}`;
    assert.equal(textOf(await store.read(key)), winning);
    for (const result of results) if (!('written' in result)) assert.equal(textOf(conflictOf(result)), winning);
  },

  'lets one of twenty parallel writes win, even if all write the same': async ({ store }) => {
    const key = freshKey();
    await create(store, key, '1');
    const { version } = await present(store, key);
    // Like twenty requests that each increment a counter: one that does not learn of the others loses a count.
    const results = await Promise.all(Array.from({ length: 20 }, () => store.write(key, utf8('2'), aMinute, version)));
    assert.equal(results.filter((result) => 'written' in result).length, 1);
    assert.equal(results.filter((result) => 'conflict' in result).length, 19);
  },

  'lets one of twenty parallel deletions win': async ({ store }) => {
    const key = freshKey();
    const version = await create(store, key, 'first');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? store.delete(key) : store.delete(key, version))),
    );
    assert.equal(results.filter((result) => result === 'deleted').length, 1);
    assert.equal(results.filter((result) => result === 'absent').length, 19);
  },

  'keeps all of forty parallel increments': async ({ store }) => {
    const key = freshKey();
    await create(store, key, '0');
    const results = await Promise.all(
      Array.from({ length: 40 }, () => change(store, key, (text) => String(Number(text) + 1))),
    );
    assert.deepEqual(new Set(results), new Set(['written']));
    assert.equal(textOf(await store.read(key)), '40');
  },

  'keeps all of twenty parallel increments of two instances, touched and read meanwhile': async (harness) => {
    const { store } = harness;
    const other = (await harness.anotherInstance?.()) ?? store;
    const key = freshKey();
    await create(store, key, '0');
    const touches = Array.from({ length: 20 }, () => store.touch(key, aMinute));
    const reads = Array.from({ length: 20 }, async () => Number(textOf(await other.read(key))));
    const writes = Array.from({ length: 20 }, (_, index) =>
      change(index % 2 === 0 ? store : other, key, (text) => String(Number(text) + 1)),
    );
    await Promise.all(writes);
    assert.deepEqual(new Set(await Promise.all(touches)), new Set([true]));
    for (const count of await Promise.all(reads)) assert.ok(count >= 0 && count <= 20);
    assert.equal(textOf(await store.read(key)), '20');
  },

  'never shows a partial record to a reader': async ({ store, anotherInstance }) => {
    const other = (await anotherInstance?.()) ?? store;
    const key = freshKey();
    await create(store, key, 'a'.repeat(200_000));
    const over = new AbortController();
    const reading = (async () => {
      while (!over.signal.aborted) {
        const text = textOf(await other.read(key));
        assert.equal(text, text.charAt(0).repeat(text.length));
        // A store whose reads are synchronous would otherwise block its writes.
        await setImmediate();
      }
    })();
    for (const [index, letter] of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'].entries()) {
      await change(store, key, () => letter.repeat(index % 2 === 0 ? 100_000 : 300_000));
    }
    over.abort();
    await reading;
  },
});
