import { newId, type Ownership, secondsOf } from './head.js';
import { keep } from './parts.js';
import type { ItemKey, Table } from './table.js';

/** An entry in an owner's index. */
export interface OwnerEntry {
  readonly ownership: Ownership;
  /** The key of the record that it stands for. */
  readonly key: string;
}

/** Of 6 random bytes, in base64url. */
const tokenLength = 8;

/**
 * The owner index: a partition for each owner, with an item for each of its records. Not a global secondary index, which is
 * eventually consistent: a session created a moment ago would be missing when all are to be ended.
 *
 * An entry is written before its record and removed after it, so there may be an extra entry, but never a missing one. To end
 * all of an owner's records, their entries are marked first; to create a record, its entry is checked last. So one of two
 * concurrent calls sees the other. Each creation has its own entry: of two that race for one key, the loser removes only its
 * own.
 */
export class OwnerIndex {
  constructor(private readonly table: Table) {}

  /** Adds the entry of a record that is about to be created. */
  async announce(owner: string, key: string, untilMs: number): Promise<Ownership> {
    const ownership = { owner, token: newId(6) };
    await this.table.put(entryKey({ ownership, key }), { delete_at: secondsOf(untilMs) }, null, 'nothing');
    return ownership;
  }

  /** Whether the entry exists and its record is not being ended. */
  async holds(entry: OwnerEntry): Promise<boolean> {
    const item = await this.table.get(entryKey(entry));
    return item !== null && item['ending'] === undefined;
  }

  /** Keeps the entry at least until then. */
  async keep(entry: OwnerEntry, untilMs: number): Promise<void> {
    await keep(this.table, entryKey(entry), untilMs);
  }

  /** Marks the record as about to be ended. */
  async mark(entry: OwnerEntry): Promise<void> {
    const condition = { text: 'attribute_exists(pk)', values: { ':yes': { BOOL: true } } };
    await this.table.update(entryKey(entry), 'SET ending = :yes', condition);
  }

  async remove(entry: OwnerEntry): Promise<void> {
    await this.table.delete(entryKey(entry), null);
  }

  async *entries(owner: string): AsyncGenerator<OwnerEntry, void, undefined> {
    for await (const item of this.table.query(partitionOf(owner))) {
      const name = item['sk']?.S ?? '';
      yield { ownership: { owner, token: name.slice(0, tokenLength) }, key: name.slice(tokenLength) };
    }
  }
}

function entryKey({ ownership: { owner, token }, key }: OwnerEntry): ItemKey {
  return { pk: partitionOf(owner), sk: token + key };
}

function partitionOf(owner: string): string {
  return `owner#${owner}`;
}
