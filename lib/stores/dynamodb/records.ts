import type { DeleteResult, StoredRecord, WriteResult } from '../session-store.js';
import { clockOf, type StoreContext } from '../store-context.js';
import {
  decodeHead,
  encodeHead,
  type Head,
  headKey,
  newId,
  number,
  RecordVersion,
  secondsOf,
  stillSeen,
} from './head.js';
import type { OwnerEntry, OwnerIndex } from './owner-index.js';
import { Parts, partsFor } from './parts.js';
import type { Condition, Item, Table } from './table.js';
import { Turns } from './turns.js';

/** Reads and changes records: their heads, and in the right order the items that belong to them. */
export class Records {
  private readonly parts: Parts;
  private readonly turns = new Turns();
  private readonly now: () => number;

  constructor(
    private readonly table: Table,
    private readonly owners: OwnerIndex,
    private readonly context: StoreContext,
  ) {
    this.parts = new Parts(table);
    this.now = clockOf(context);
  }

  async read(key: string): Promise<StoredRecord | null> {
    return this.whole(key, await this.table.get(headKey(key)));
  }

  async create(key: string, bytes: Uint8Array, ttlMs: number, owner: string | null): Promise<WriteResult> {
    const keptUntil = this.now() + 2 * ttlMs;
    const ownership = owner === null ? null : await this.owners.announce(owner, key, keptUntil);
    const version = new RecordVersion(newId(), partsFor(bytes.length), ownership, keptUntil);
    const result = await this.write(key, bytes, ttlMs, version, null);
    if (ownership === null || !('written' in result)) return result;
    const entry = { ownership, key };
    if (await this.owners.holds(entry)) return result;
    // All of the owner's records are being ended, perhaps by a call that did not see this one.
    await this.deleteEntered(entry);
    return { gone: true };
  }

  async replace(key: string, bytes: Uint8Array, ttlMs: number, former: RecordVersion): Promise<WriteResult> {
    const end = this.now() + ttlMs;
    const isKept = former.keptUntil >= end;
    const keptUntil = isKept ? former.keptUntil : end + ttlMs;
    const { ownership } = former;
    if (ownership !== null && !isKept) await this.owners.keep({ ownership, key }, keptUntil);
    const version = new RecordVersion(newId(), partsFor(bytes.length), ownership, keptUntil);
    return this.turns.write(key, bytes, former, () => this.write(key, bytes, ttlMs, version, former));
  }

  async touch(key: string, ttlMs: number): Promise<boolean> {
    for (;;) {
      const now = this.now();
      const end = now + ttlMs;
      const values = { ':now': number(now), ':end': number(end), ':at': secondsOf(end) };
      const change = await this.table.update(headKey(key), 'SET expires_at = :end, delete_at = :at', {
        text: 'expires_at > :now AND (attribute_not_exists(kept_until) OR kept_until >= :end)',
        values,
      });
      if (change.done) return true;
      const head = this.live(change.now);
      if (head === null) return false;
      await this.keepCompany(key, head.version, end + ttlMs);
    }
  }

  async delete(key: string): Promise<DeleteResult> {
    const change = await this.table.delete(headKey(key), null);
    if (!change.done || change.before === null) return 'absent';
    const head = decodeHead(change.before);
    if (head === null) return 'absent';
    await this.clear(key, head.version);
    return head.expiresAt > this.now() ? 'deleted' : 'absent';
  }

  async deleteVersion(key: string, version: RecordVersion): Promise<DeleteResult> {
    const change = await this.table.delete(headKey(key), {
      text: 'record_version = :version AND expires_at > :now',
      values: { ':version': { S: version.id }, ':now': number(this.now()) },
    });
    if (change.done) {
      await this.clear(key, version);
      return 'deleted';
    }
    const current = await this.whole(key, change.now);
    return current === null ? 'absent' : { conflict: current };
  }

  /** Removes the record of the entry, then the entry. Returns whether the record was live. */
  async deleteEntered(entry: OwnerEntry): Promise<boolean> {
    const { key, ownership } = entry;
    await this.owners.mark(entry);
    const change = await this.table.delete(headKey(key), {
      text: 'owner_name = :owner AND owner_entry = :token',
      values: { ':owner': { S: ownership.owner }, ':token': { S: ownership.token } },
    });
    const head = change.done && change.before !== null ? decodeHead(change.before) : null;
    if (head !== null) await this.removeParts(key, head.version);
    await this.owners.remove(entry);
    return head !== null && head.expiresAt > this.now();
  }

  /**
   * Writes the parts, then the head if its condition holds, and removes the items of whichever version lost.
   *
   * @param unreadable an invalid item under the key of a record to create, which is overwritten
   */
  private async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    version: RecordVersion,
    former: RecordVersion | null,
    unreadable: Item | null = null,
  ): Promise<WriteResult> {
    await this.parts.write(key, version, bytes);
    const now = this.now();
    const head = { version, expiresAt: now + ttlMs, bytes: version.parts > 0 ? null : bytes };
    const change = await this.table.put(
      headKey(key),
      encodeHead(head),
      former === null
        ? freeAt(now, unreadable)
        : {
            text: 'record_version = :version AND expires_at > :now',
            values: { ':version': { S: former.id }, ':now': number(now) },
          },
      former === null ? 'before' : 'nothing',
    );
    const current = change.done ? null : await this.whole(key, change.now);
    // Or the reply to the first attempt was lost, and the client retried.
    if (change.done || current?.version.id === version.id) {
      if (former !== null) await this.removeParts(key, former);
      else if (change.done) await this.clearItem(key, change.before);
      return { written: version };
    }
    // The conflicting item is gone, or is not a record.
    if (current === null && former === null) {
      return this.write(key, bytes, ttlMs, version, null, this.isOver(change.now) ? null : change.now);
    }
    await (former === null ? this.clear(key, version) : this.removeParts(key, version));
    return current === null ? { gone: true } : { conflict: current };
  }

  /** The record with the bytes of its parts; `null` if there is no live one. */
  private async whole(
    key: string,
    item: Item | null,
  ): Promise<(StoredRecord & { readonly version: RecordVersion }) | null> {
    if (item !== null && decodeHead(item) === null) {
      this.context.log.warn(
        'An item under the key of a session was not written by this store; it counts as no session.',
      );
    }
    let head = this.live(item);
    while (head !== null) {
      const { version } = head;
      const bytes = head.bytes ?? (await this.parts.read(key, version));
      if (bytes !== null) return { bytes, version };
      // The record has been written or deleted since the head was read, and the parts it names were removed.
      head = this.live(await this.table.get(headKey(key)));
      if (head?.version.id === version.id) {
        this.context.log.warn(
          'A part of a session’s record is missing in the DynamoDB table; it counts as no session.',
        );
        return null;
      }
    }
    return null;
  }

  /** Extends the life of the parts and the owner's entry, and records that in the head if it is unchanged. */
  private async keepCompany(key: string, version: RecordVersion, untilMs: number): Promise<void> {
    const { ownership } = version;
    await this.parts.keep(key, version, untilMs);
    if (ownership !== null) await this.owners.keep({ ownership, key }, untilMs);
    await this.table.update(headKey(key), 'SET kept_until = :until', {
      text: 'record_version = :version AND kept_until < :until',
      values: { ':until': number(untilMs), ':version': { S: version.id } },
    });
  }

  /** Removes the items of a deleted or replaced head. */
  private async clear(key: string, version: RecordVersion): Promise<void> {
    await this.removeParts(key, version);
    const { ownership } = version;
    if (ownership !== null) await this.tidy(this.owners.remove({ ownership, key }));
  }

  private async clearItem(key: string, item: Item | null): Promise<void> {
    const head = item === null ? null : decodeHead(item);
    if (head !== null) await this.clear(key, head.version);
  }

  private removeParts(key: string, version: RecordVersion): Promise<void> {
    return this.tidy(this.parts.remove(key, version));
  }

  /** The call itself has succeeded and must not be reported as failed. DynamoDB's TTL removes what is left. */
  private async tidy(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.context.log.warn(`Items of an ended session could not be removed at once. ${reason}`);
    }
  }

  /** Whether there is nothing or an expired record, which is all that a creation needs to know. */
  private isOver(item: Item | null): boolean {
    const head = item === null ? null : decodeHead(item);
    return item === null || (head !== null && head.expiresAt <= this.now());
  }

  private live(item: Item | null): Head | null {
    const head = item === null ? null : decodeHead(item);
    return head !== null && head.expiresAt > this.now() ? head : null;
  }
}

/** The condition for creating a record: there is none, it has expired, or it is the invalid item that was read. */
function freeAt(now: number, unreadable: Item | null): Condition {
  const seen = unreadable === null ? null : stillSeen(unreadable);
  return {
    text: `attribute_not_exists(pk) OR expires_at <= :now${seen === null ? '' : ` OR ${seen.text}`}`,
    values: { ':now': number(now), ...seen?.values },
  };
}
