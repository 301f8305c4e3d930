import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SessionStore, StoredRecord, Version, WriteResult } from '../../stores/session-store.js';

/** Long enough not to expire during a case. */
export const aMinute = 60_000;

/** Keys that no other case uses. */
export function freshKey(tail = ''): string {
  return `contract:${randomBytes(9).toString('base64url')}:${tail}`;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(record: StoredRecord | null): string {
  assert.ok(record !== null, 'the record is absent');
  return new TextDecoder().decode(record.bytes);
}

export function assertBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length, 'another length');
  assert.ok(Buffer.compare(actual, expected) === 0, 'other bytes');
}

/** Creates the record and returns its version. */
export async function create(store: SessionStore, key: string, text: string, ttlMs = aMinute): Promise<Version> {
  return writtenBy(await store.write(key, utf8(text), ttlMs, 'absent'));
}

export function writtenBy(result: WriteResult): Version {
  assert.ok('written' in result, `expected the bytes to be written: ${kindOf(result)}`);
  return result.written;
}

export function conflictOf(
  result: WriteResult | 'deleted' | 'absent' | { readonly conflict: StoredRecord },
): StoredRecord {
  assert.ok(typeof result === 'object' && 'conflict' in result, `expected a conflict: ${kindOf(result)}`);
  return result.conflict;
}

export function assertGone(result: WriteResult): void {
  assert.ok('gone' in result, `expected the record to be gone: ${kindOf(result)}`);
}

/** The current record. */
export async function present(store: SessionStore, key: string): Promise<StoredRecord> {
  const record = await store.read(key);
  assert.ok(record !== null, 'the record is absent');
  return record;
}

/**
 * Changes a record as a request does: a compare-and-set loop from the latest state, until it is written or gone, backing off
 * with jitter.
 */
export async function change(
  store: SessionStore,
  key: string,
  edit: (text: string) => string,
  ttlMs = aMinute,
): Promise<'written' | 'gone'> {
  let current = await store.read(key);
  for (let attempt = 1; current !== null; attempt++) {
    const result = await store.write(key, utf8(edit(textOf(current))), ttlMs, current.version);
    if ('written' in result) return 'written';
    if ('gone' in result) return 'gone';
    current = result.conflict;
    await pause(randomInt(1 + Math.min(2 ** attempt, 32)));
  }
  return 'gone';
}

/**
 * Waits until the record is absent, by polling.
 *
 * @param latestMs in how many milliseconds it must be absent at the latest; otherwise the case fails
 * @returns when the record was last present, by `performance.now()`
 */
export async function absence(store: SessionStore, key: string, latestMs: number): Promise<number> {
  const end = performance.now() + latestMs;
  let lastSeen = performance.now();
  for (;;) {
    const asked = performance.now();
    if ((await store.read(key)) === null) return lastSeen;
    lastSeen = asked;
    assert.ok(asked < end, `the record is still there after ${String(latestMs)} ms`);
    await pause(5);
  }
}

function kindOf(result: object | string): string {
  return typeof result === 'string' ? result : Object.keys(result).join();
}

/** The tolerance for an early expiry: the clocks of two machines tick independently. In ms. */
export const earlyMs = 5;

/**
 * Does something to a record that lives for `lifeMs`, and returns its key. On a machine so slow that the record's time was over first,
 * it is done to another one.
 */
export async function whileItLives(
  lifeMs: number,
  createAt: (key: string) => Promise<Version>,
  change: (key: string, version: Version) => Promise<boolean>,
): Promise<string> {
  for (;;) {
    const key = freshKey();
    const before = performance.now();
    const version = await createAt(key);
    if (await change(key, version)) return key;
    assert.ok(performance.now() - before >= lifeMs - earlyMs, 'the record was absent before its time');
  }
}
