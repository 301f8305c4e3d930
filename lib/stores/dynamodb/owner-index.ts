import { newId, type Ownership, secondsOf } from './head.js';
import { keep } from './parts.js';
import type { ItemKey, Table } from './table.js';

/** An entry of an owner's. */
export interface OwnerEntry {
  readonly ownership: Ownership;
  /** The key of the record that it stands for. */
  readonly key: string;
}

/** Of 6 random bytes, in base64url. */
const tokenLength = 8;

/**
 * Whose which records are: a partition for each owner, with an item for each record that was created for it. Not a global
 * secondary index, which lags behind: a session that was created a moment ago would be missing when all are to be ended.
 *
 * An entry comes before its record and goes after it, so there may be one too many, and never one too few. Whoever ends all
 * of an owner's records marks the entries first; whoever has created a record looks at its entry last. So one of the two
 * sees the other. Each creation has an entry of its own: of two that race for one key, the loser takes back its own.
 */
export class OwnerIndex {
  constructor(private readonly table: Table) {}

  /** Enters a record that is about to be created. */
  async announce(owner: string, key: string, untilMs: number): Promise<Ownership> {
    const ownership = { owner, token: newId(6) };
    await this.table.put(entryKey({ ownership, key }), { delete_at: secondsOf(untilMs) }, null, 'nothing');
    return ownership;
  }

  /** Whether the entry is there, and nobody is ending its record. */
  async holds(entry: OwnerEntry): Promise<boolean> {
    const item = await this.table.get(entryKey(entry));
    return item !== null && item['ending'] === undefined;
  }

  /** Keeps the entry until then at least. */
  async keep(entry: OwnerEntry, untilMs: number): Promise<void> {
    await keep(this.table, entryKey(entry), untilMs);
  }

  /** The record is about to be ended. */
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
