import { DAY, MINUTE } from '../config/time.js';
import { hash } from 'node:crypto';
import { isWellFormed } from '../config/well-formed.js';
import { SessionValueError } from '../errors.js';
import { notesOf, type SessionStore } from '../stores/session-store.js';
import type { AuthFacts, Device } from './auth-facts.js';
import type { ForeignSession } from './foreign-session.js';
import type { RecordCodec } from './record-codec.js';
import { BrokenRecord, isPointer } from './record.js';
import { openPointer, sealPointer } from './rotation-pointer.js';
import { isReserved, ownData, stateOf, type SessionObject } from './session.js';

/** How long a migration is noted if it is unknown when the foreign session ends: no cookie lives longer by itself. In ms. */
const longestLife = 400 * DAY;
/** The other framework's clock may be behind ours. In ms. */
const clockSkew = MINUTE;

/** A foreign session: its framework, and its key there. */
export interface OldSession {
  readonly framework: string;
  /** The name in its cookie. */
  readonly key: string;
}

/** The result of a migration. */
export interface Adopted {
  readonly session: SessionObject;
  /** This request migrated it; false: another request was faster. */
  readonly isFirst: boolean;
}

/**
 * The id under which a foreign session continues, or continued until it ended; `unreadable`: it was migrated, but the id cannot
 * be read.
 */
export type AdoptionMark = { readonly id: string } | 'unreadable';

/** Copies a foreign session into a new one. @param device of the request */
export function takeOver(session: SessionObject, foreign: ForeignSession, device: Device, now: number): void {
  const own = ownData(session);
  for (const [key, value] of Object.entries(foreign.data)) {
    // Assigning it would change the prototype.
    if (key !== '__proto__') own[isReserved(key) ? `~${key}` : key] = value;
  }
  const state = stateOf(session);
  state.setPermanent(foreign.permanent);
  state.setFlashes([...foreign.flashes]);
  const { userId } = foreign;
  // Storing it would change it to the id of another user.
  if (typeof userId === 'string' && !(userId !== '' && isWellFormed(userId))) {
    throw new SessionValueError('userId', 'it is not a well-formed string.');
  }
  // Not fresh: nothing has been proved here.
  const auth: AuthFacts | null = userId === null ? null : { userId, at: now, device };
  state.setLogin(auth);
}

/**
 * Notes which foreign sessions have been migrated, and under which id. Only the holder of the foreign cookie can read that id;
 * and since the note outlives the session, no foreign cookie is migrated a second time.
 */
export class AdoptionMarks {
  readonly #notes: SessionStore;

  constructor(
    store: SessionStore,
    private readonly codec: RecordCodec,
    private readonly keyPrefix: string,
    private readonly now: () => number,
  ) {
    this.#notes = notesOf(store, 'adopted');
  }

  /** Null: it has not been migrated. */
  async find(old: OldSession): Promise<AdoptionMark | null> {
    const found = await this.#notes.read(this.#keyOf(old));
    return found && this.#open(found.bytes, old);
  }

  /**
   * Notes that it continues under `id`, and returns the first such note.
   *
   * @param expiresAt when the other framework stops accepting the foreign session, in ms since the epoch; null: unknown.
   */
  async note(old: OldSession, expiresAt: number | null, id: string): Promise<AdoptionMark> {
    const ttl = expiresAt === null ? longestLife : Math.max(0, Math.ceil(expiresAt - this.now())) + clockSkew;
    const bytes = this.codec.encodePointer(sealPointer(id, old.key));
    const result = await this.#notes.write(this.#keyOf(old), bytes, ttl, 'absent');
    return 'conflict' in result ? this.#open(result.conflict.bytes, old) : { id };
  }

  #open(bytes: Uint8Array, { key }: OldSession): AdoptionMark {
    try {
      const pointer = this.codec.decode(bytes);
      return isPointer(pointer) ? { id: openPointer(pointer, key) } : 'unreadable';
    } catch (error) {
      if (error instanceof BrokenRecord) return 'unreadable';
      throw error;
    }
  }

  #keyOf({ framework, key }: OldSession): string {
    return `${this.keyPrefix}adopted:${hash('sha256', `${framework}\n${key}`, 'base64url')}`;
  }
}
