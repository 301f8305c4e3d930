import { randomBytes, randomInt } from 'node:crypto';
import type { BinaryScripts, RedisClient } from './redis.client.js';
import { Script } from './redis.scripts.js';

/** An entry of an owner's set. */
export interface OwnerEntry {
  readonly member: string;
  readonly score: number;
  /** The key of the record that it stands for. */
  readonly key: string;
}

/** What was taken from an owner: the keys, and the mark that their entries have now. */
export interface TakenEntries {
  readonly keys: string[];
  readonly mark: number;
}

/**
 * Of 6 random bytes, in base64url: enough to tell concurrent creations of one key apart. Redis stores a set in half the memory
 * as long as no member has ever exceeded 64 bytes, so it must be short.
 */
const tokenLength = 8;

/** Above every time in milliseconds, and small enough that a score represents it and what is added to it exactly. */
const lowestMark = 2 ** 52;

const scanCount = 1_000;

const confirmScript = new Script('owner-confirm.lua');
const takeScript = new Script('owner-take.lua');
const dropScript = new Script('owner-drop.lua');

/**
 * The owner index: a sorted set per owner, with an entry for each record. In a Cluster, the set and the records may be on
 * different servers, so no script can access both; each step leaves an extra entry rather than a missing one:
 *
 * | score | member | meaning |
 * | --- | --- | --- |
 * | less than 0 | a token and the record's key | a record that is being created since that time, negated |
 * | a time, in ms | the record's key | a record that existed at that time |
 * | 2^52 and more | the record's key | a record that is being deleted with all of its owner's |
 *
 * Each creation has a token: of two that race for one key, the loser removes its own entry, not the winner's.
 */
export class OwnerIndex {
  constructor(
    private readonly client: RedisClient & BinaryScripts,
    private readonly now: () => number,
  ) {}

  /** Adds a record that is about to be created. Returns the entry, for `withdraw` or `confirm`. */
  async announce(owner: string, key: string): Promise<string> {
    const member = randomBytes(6).toString('base64url') + key;
    await this.client.zadd(owner, -Math.max(1, this.now()), member);
    return member;
  }

  /** The record was not created. */
  async withdraw(owner: string, member: string): Promise<void> {
    await this.client.zrem(owner, member);
  }

  /** The record exists now. Returns how many entries there are; 0: this one has been taken in the meantime. */
  async confirm(owner: string, member: string, key: string): Promise<number> {
    return Number(await confirmScript.send(this.client, owner, member, key, this.now()));
  }

  /** Takes all entries except that of `exceptKey`. They stay listed until `forget` is called with their mark. */
  async take(owner: string, exceptKey: string | undefined): Promise<TakenEntries> {
    const mark = lowestMark + randomInt(2 ** 48 - 1);
    const except = exceptKey === undefined ? [] : [exceptKey];
    const reply = await takeScript.send(this.client, owner, mark, tokenLength, ...except);
    return { keys: Array.isArray(reply) ? reply.map(String) : [], mark };
  }

  /** Drops the taken entries once the records are gone; entries added since have another score. */
  async forget(owner: string, mark: number): Promise<void> {
    await this.client.zremrangebyscore(owner, mark, mark);
  }

  /** The owner's entries, in pages. One that exists throughout is on at least one page, perhaps on two. */
  async *pages(owner: string): AsyncGenerator<OwnerEntry[], void, undefined> {
    let cursor = '0';
    do {
      const [next, elements] = await this.client.zscan(owner, cursor, 'COUNT', scanCount);
      yield toEntries(elements);
      cursor = next;
    } while (cursor !== '0');
  }

  /** Drops those of these entries that have not changed since they were read. */
  async drop(owner: string, entries: readonly OwnerEntry[]): Promise<void> {
    await dropScript.send(this.client, owner, ...entries.flatMap(({ member, score }) => [member, score]));
  }
}

/** Whether the entry is of a record that is being deleted. */
export function isMarked(entry: OwnerEntry): boolean {
  return entry.score >= lowestMark;
}

function toEntries(elements: readonly string[]): OwnerEntry[] {
  const entries: OwnerEntry[] = [];
  for (let index = 0; index + 1 < elements.length; index += 2) {
    const member = String(elements[index]);
    const score = Number(elements[index + 1]);
    entries.push({ member, score, key: score < 0 ? member.slice(tokenLength) : member });
  }
  return entries;
}
