import { createHash } from 'node:crypto';
import { SessionAbilityMissingError } from '../../errors.js';
import { ownerKey } from '../../session/session-id.js';
import { isOwned, type SessionStore, type StoredRecord } from '../../stores/session-store.js';
import type { UserId } from '../users/user.js';
import { readRow, writeRow } from './remember-row.js';
import { RememberStore, type RememberRow, type StoredRememberRow } from './remember-store.js';
import { longestDuration } from './remember-wish.js';

/** Stores remembered logins in any session store: a family is a record of its own, under a hash of its name. */
export class StoredRemember extends RememberStore {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
    private readonly now: () => number,
  ) {
    super();
  }

  override async create(family: string, row: RememberRow): Promise<boolean> {
    const owner = this.#ownerOf(row.userId);
    const result = await this.store.write(this.#keyOf(family), writeRow(row), this.#ttlOf(row), 'absent', owner);
    return 'written' in result;
  }

  override async read(family: string): Promise<StoredRememberRow | null> {
    const found = await this.store.read(this.#keyOf(family));
    return found && asRow(found);
  }

  override async replace(
    family: string,
    row: RememberRow,
    version: unknown,
  ): Promise<'replaced' | 'gone' | StoredRememberRow> {
    const result = await this.store.write(this.#keyOf(family), writeRow(row), this.#ttlOf(row), version);
    if ('written' in result) return 'replaced';
    if ('gone' in result) return 'gone';
    return asRow(result.conflict) ?? 'gone';
  }

  override async end(family: string): Promise<RememberRow | null> {
    const key = this.#keyOf(family);
    let found = await this.store.read(key);
    // Only the version that was read is deleted: of several concurrent calls, one gets the row.
    while (found !== null) {
      const result = await this.store.delete(key, found.version);
      if (result === 'absent') return null;
      if (result === 'deleted') return readRow(found.bytes);
      found = result.conflict;
    }
    return null;
  }

  override async endAll(userId: UserId, exceptFamily?: string): Promise<number> {
    if (!isOwned(this.store)) {
      throw new SessionAbilityMissingError(
        'This session store has no owner index, so the remembered logins of a user cannot be ended together. ' +
          'Choose another one (SESSION_TYPE), or pass a remember.store.',
      );
    }
    const owner = this.#ownerOf(userId);
    if (exceptFamily === undefined) return this.store.deleteOwnedBy(owner);
    return this.store.deleteOwnedBy(owner, this.#keyOf(exceptFamily));
  }

  override async has(userId: UserId): Promise<boolean> {
    if (!isOwned(this.store)) return false;
    for await (const key of this.store.ownedBy(this.#ownerOf(userId))) {
      if ((await this.store.read(key)) !== null) return true;
    }
    return false;
  }

  #keyOf(family: string): string {
    return `${this.keyPrefix}remember:${createHash('sha256').update(family).digest('base64url')}`;
  }

  #ownerOf(userId: UserId): string {
    return ownerKey(this.keyPrefix, 'remember', userId);
  }

  #ttlOf(row: RememberRow): number {
    return Math.min(longestDuration, Math.max(1, Math.ceil(row.expiresAt - this.now())));
  }
}

/** An unreadable record is not a remembered login. */
function asRow({ bytes, version }: StoredRecord): StoredRememberRow | null {
  const row = readRow(bytes);
  return row && { row, version };
}
