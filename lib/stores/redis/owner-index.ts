import { randomBytes, randomInt } from 'node:crypto';
import type { BinaryScripts, RedisClient } from './redis.client.js';
import { Script } from './redis.scripts.js';

/** An entry of an owner's set, as it is there. */
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
 * Of 6 random bytes, in base64url: enough to tell those apart that create one key at one time. Redis keeps a set whose members
 * have all had at most 64 bytes in half the memory, so it must not be long.
 */
const tokenLength = 8;

/** Above every time in milliseconds, and small enough for a score to hold it and what is added to it to the last digit. */
const lowestMark = 2 ** 52;

const scanCount = 1_000;

const confirmScript = new Script('owner-confirm.lua');
const takeScript = new Script('owner-take.lua');
const dropScript = new Script('owner-drop.lua');

/**
 * Whose which records are: a sorted set for each owner, under the owner's name, with an entry for each record. The set and
 * the records may lie on different servers of a Cluster, so no script holds both, and each step leaves an entry too many
 * rather than one too few:
 *
 * | score | member | what it stands for |
 * | --- | --- | --- |
 * | less than 0 | a token and the record's key | a record that is being created since that time, negated |
 * | a time, in ms | the record's key | a record that was there at that time |
 * | 2^52 and more | the record's key | a record that is being deleted with all of its owner's |
 *
 * Each creation has a token: of two that race for one key, the loser takes back its own entry, and not the winner's.
 */
export class OwnerIndex {
  constructor(
    private readonly client: RedisClient & BinaryScripts,
    private readonly now: () => number,
  ) {}

  /** Enters a record that is about to be created. Gives the entry, for one of the next two. */
  async announce(owner: string, key: string): Promise<string> {
    const member = randomBytes(6).toString('base64url') + key;
    await this.client.zadd(owner, -Math.max(1, this.now()), member);
    return member;
  }

  /** The record was not created. */
  async withdraw(owner: string, member: string): Promise<void> {
    await this.client.zrem(owner, member);
  }

  /** The record is there now. Says how many entries there are, or 0: this one was taken away since. */
  async confirm(owner: string, member: string, key: string): Promise<number> {
    return Number(await confirmScript.send(this.client, owner, member, key, this.now()));
  }

  /** Takes all entries but those of `exceptKey`. They stay listed until they are forgotten by their mark. */
  async take(owner: string, exceptKey: string | undefined): Promise<TakenEntries> {
    const mark = lowestMark + randomInt(2 ** 48 - 1);
    const except = exceptKey === undefined ? [] : [exceptKey];
    const reply = await takeScript.send(this.client, owner, mark, tokenLength, ...except);
    return { keys: Array.isArray(reply) ? reply.map(String) : [], mark };
  }

  /** Drops what was taken, now that the records are gone; what was entered anew since has another score. */
  async forget(owner: string, mark: number): Promise<void> {
    await this.client.zremrangebyscore(owner, mark, mark);
  }

  /** The owner's entries, in pages. One that is there all the while is in a page; it may be in two. */
  async *pages(owner: string): AsyncGenerator<OwnerEntry[], void, undefined> {
    let cursor = '0';
    do {
      const [next, elements] = await this.client.zscan(owner, cursor, 'COUNT', scanCount);
      yield toEntries(elements);
      cursor = next;
    } while (cursor !== '0');
  }

  /** Drops those of these entries that are still as they were when they were read. */
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
