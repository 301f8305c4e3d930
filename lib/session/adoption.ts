import { hash } from 'node:crypto';
import { isWellFormed } from '../config/well-formed.js';
import { SessionValueError } from '../errors.js';
import { notesOf, type SessionStore } from '../stores/session-store.js';
import type { AuthFacts, Device } from './auth-facts.js';
import type { ForeignSession } from './foreign-session.js';
import type { RecordCodec } from './record-codec.js';
import { isPointer } from './record.js';
import { BrokenRecord } from './record-parts.js';
import { openPointer, sealPointer } from './rotation-pointer.js';
import { isReserved, ownData, stateOf, type SessionObject } from './session.js';

const DAY = 86_400_000;

/** For how long an adoption is noted where nobody knows when the old session ends: no cookie lives longer by itself. In ms. */
const longestLife = 400 * DAY;
/** The other framework's clock may be behind ours. In ms. */
const clockSkew = 60_000;

/** Which session of which framework. */
export interface OldSession {
  readonly framework: string;
  /** The name that its cookie gives it. */
  readonly key: string;
}

/** What became of an old session. */
export interface Adopted {
  readonly session: SessionObject;
  /** It goes on here from now on; otherwise another request was first. */
  readonly isFirst: boolean;
}

/** The id that an old session goes on under, or went on until it ended; `unreadable`: it did, under whatever id. */
export type AdoptionMark = { readonly id: string } | 'unreadable';

/** Puts what the other framework kept into a session that is new. @param device where the request came from */
export function takeOver(session: SessionObject, foreign: ForeignSession, device: Device, now: number): void {
  const own = ownData(session);
  for (const [key, value] of Object.entries(foreign.data)) {
    // As an assignment this one would change what the session inherits.
    if (key !== '__proto__') own[isReserved(key) ? `~${key}` : key] = value;
  }
  const state = stateOf(session);
  state.permanent = foreign.permanent;
  state.flashes = [...foreign.flashes];
  const { userId } = foreign;
  // Stored, it would become the id of another user.
  if (typeof userId === 'string' && !(userId !== '' && isWellFormed(userId))) {
    throw new SessionValueError('userId', 'it is no well-formed text.');
  }
  // Not fresh: nobody has proved anything here.
  const auth: AuthFacts | null = userId === null ? null : { userId, at: now, device };
  state.auth = auth;
}

/**
 * Notes which old sessions go on here, and under which id. Only who has the old session's cookie can read that id; and since
 * the note stays when the session ends, no old cookie begins it a second time.
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

  /** Null: it has not been adopted. */
  async find(old: OldSession): Promise<AdoptionMark | null> {
    const found = await this.#notes.read(this.#keyOf(old));
    return found && this.#open(found.bytes, old);
  }

  /**
   * Notes that it goes on under `id`, and gives what was noted first.
   *
   * @param expiresAt from when on the old session is not taken any more over there, in ms since the epoch; null: nobody knows.
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
