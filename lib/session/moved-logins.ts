import { hash } from 'node:crypto';
import type { SessionStore } from '../stores/session-store.js';
import { changeRecord } from './compare-and-set.js';
import { BrokenRecord } from './record.js';
import { openPointer, sealPointer } from './rotation-pointer.js';

const purpose = 'moved-login:v1';
/** How many of several concurrent moves of one login are noted: all but one of them give up. */
const most = 32;

/**
 * Where a login moves that gets a new id by `regenerate()` or `confirm()`: for the grace period of rotation, and only for a
 * logout that has read the session under its former id. It is sealed with that id and never used to read a session, so the
 * former cookie is invalid.
 */
export class MovedLogins {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
    /** ms */
    private readonly keptFor: number,
  ) {}

  /** Notes, before the former record is removed, that its login is about to continue as `newId`. */
  async note(formerId: string, newId: string): Promise<void> {
    const key = this.#keyOf(formerId);
    const sealed = Buffer.from(sealPointer(newId, formerId, purpose).sealedId).toString('base64url');
    // Concurrent moves each add their own: it is not known yet which will succeed.
    await changeRecord(this.store, key, null, (newest) => {
      const others = newest === null ? [] : sealedIn(newest.bytes).slice(0, most - 1);
      return { bytes: Buffer.from(JSON.stringify([sealed, ...others])), ttlMs: this.keptFor };
    });
  }

  /** The ids under which the login of a session that no longer exists may continue. */
  async successorsOf(formerId: string): Promise<string[]> {
    const found = await this.store.read(this.#keyOf(formerId));
    if (found === null) return [];
    return sealedIn(found.bytes).flatMap((sealed) => {
      try {
        return [openPointer({ sealedId: Buffer.from(sealed, 'base64url') }, formerId, purpose)];
      } catch (error) {
        if (error instanceof BrokenRecord) return [];
        throw error;
      }
    });
  }

  #keyOf(id: string): string {
    return `${this.keyPrefix}moved:${hash('sha256', id, 'base64url')}`;
  }
}

/** Unreadable bytes lead nowhere. */
function sealedIn(bytes: Uint8Array): string[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('latin1'));
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter((sealed) => typeof sealed === 'string') : [];
}
