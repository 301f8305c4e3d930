import { hash } from 'node:crypto';
import type { SessionStore } from '../stores/session-store.js';
import { BrokenRecord } from './record-parts.js';
import { openPointer, sealPointer } from './rotation-pointer.js';

const purpose = 'moved-login:v1';
const tries = 64;
/** How many of several that move one login at the same time are noted: all but one of them give up. */
const most = 32;

/**
 * Where a login goes that gets a new id by `regenerate()` or `confirm()`: for the grace time of rotation, and for a logout
 * alone that has read the session under its former id. It is sealed under that id, and no read of a session ever asks here, so
 * the former cookie opens nothing.
 */
export class MovedLogins {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
    /** ms */
    private readonly keptFor: number,
  ) {}

  /** Notes, before the former record goes, that its login is about to go on as `newId`. */
  async note(formerId: string, newId: string): Promise<void> {
    const key = this.#keyOf(formerId);
    const sealed = Buffer.from(sealPointer(newId, formerId, purpose).sealedId).toString('base64url');
    let others: readonly string[] = [];
    let expected: unknown = 'absent';
    // Of parallel ones each adds its own: nobody knows yet which of them is going to hold.
    for (let attempt = 0; attempt < tries; attempt++) {
      const bytes = Buffer.from(JSON.stringify([sealed, ...others.slice(0, most - 1)]));
      const result = await this.store.write(key, bytes, this.keptFor, expected);
      if ('written' in result) return;
      [others, expected] =
        'gone' in result ? [[], 'absent'] : [sealedIn(result.conflict.bytes), result.conflict.version];
    }
  }

  /** The ids under which the login of a session that is not there any more may go on. */
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

/** What cannot be read leads nowhere. */
function sealedIn(bytes: Uint8Array): string[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('latin1'));
  } catch {
    return [];
  }
  return Array.isArray(value) ? value.filter((sealed) => typeof sealed === 'string') : [];
}
