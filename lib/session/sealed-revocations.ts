import { MINUTE } from '../config/time.js';
import { SessionStoreFullError } from '../errors.js';
import { isShedding, notesOf, type SessionStore, type WriteResult } from '../stores/session-store.js';
import { BrokenRecord } from './record.js';
import { openPointer, sealPointer } from './rotation-pointer.js';
import { storeKey } from './session-id.js';

/** How far ahead the clock of another node that seals the same session may be, in ms. */
const clockSkew = MINUTE;
const mark = Uint8Array.of(1);
const purpose = 'moved-login:v1';
/** How often a session may have got a new id since it was read. */
const maxHops = 16;

/**
 * The sessions that ended before their cookies expired, noted in a store: copies of those cookies are invalid.
 *
 * If there is no space for another note, the older half is dropped, and every cookie issued before the last of these was
 * written becomes invalid: a dropped note never restores a session. Clients that have been active since have a newer cookie.
 */
export class SealedRevocations {
  readonly #notes: SessionStore;
  /** Cookies issued before are invalid, in ms. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(
    store: SessionStore,
    private readonly keyPrefix: string,
  ) {
    this.#notes = notesOf(store, 'revoked');
  }

  /** @param since in ms: when the session was last known not to have ended, because its cookie was issued; `null`: just now. */
  async has(id: string, since: number | null): Promise<boolean> {
    return this.#isGivenUp(since) || (await this.#notes.read(this.#keyOf(id))) !== null;
  }

  /**
   * @param ttl in ms, from now: how long a cookie of this session may still be valid.
   * @param since as for {@link has}
   * @returns false: it was already noted, because another request ended the session.
   */
  async add(id: string, ttl: number, since: number | null): Promise<boolean> {
    if (this.#isGivenUp(since)) return false;
    const result = await this.#note(id, Math.max(0, ttl) + clockSkew);
    return 'written' in result;
  }

  /**
   * The same for a session that continues under another id, to which ending it is forwarded for a while: see {@link end}.
   *
   * @param moved its new id, and until when a logout is forwarded, in ms
   */
  async addMoved(
    id: string,
    ttl: number,
    since: number | null,
    { newId, until }: { readonly newId: string; readonly until: number },
  ): Promise<boolean> {
    if (this.#isGivenUp(since)) return false;
    const { sealedId } = sealPointer(newId, id, purpose);
    const note = Buffer.from(`${String(Math.floor(until))}.${Buffer.from(sealedId).toString('base64url')}`);
    const result = await this.#note(id, Math.max(0, ttl) + clockSkew, note);
    return 'written' in result;
  }

  /**
   * Like {@link add}; if the session continues under another id, ends that one, too.
   *
   * @param longest in ms, from now: how long a cookie of such a session may still be valid at most.
   */
  async end(id: string, ttl: number, since: number | null, longest: number, now: number): Promise<boolean> {
    if (this.#isGivenUp(since)) return false;
    for (let hops = 0; hops < maxHops; hops++) {
      const life = hops === 0 ? ttl : longest;
      const result = await this.#note(id, Math.max(0, life) + clockSkew);
      if ('written' in result) return true;
      const successor = 'conflict' in result ? successorIn(result.conflict.bytes, id, now) : null;
      if (successor === null) return false;
      id = successor;
    }
    return false;
  }

  async #note(id: string, ttl: number, note: Uint8Array = mark): Promise<WriteResult> {
    const write = (): Promise<WriteResult> => this.#notes.write(this.#keyOf(id), note, ttl, 'absent');
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof SessionStoreFullError && isShedding(this.#notes))) throw error;
      this.#notBefore = Math.max(this.#notBefore, this.#notes.shed() ?? this.#notBefore);
      return write();
    }
  }

  #isGivenUp(since: number | null): boolean {
    return since !== null && since <= this.#notBefore;
  }

  #keyOf(id: string): string {
    return storeKey(`${this.keyPrefix}revoked:`, id);
  }
}

/** Null: it has ended, or moved too long ago. */
function successorIn(bytes: Uint8Array, id: string, now: number): string | null {
  const [, until, sealed] = /^(\d{1,16})\.([\w-]+)$/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  if (until === undefined || sealed === undefined || Number(until) <= now) return null;
  try {
    return openPointer({ sealedId: Buffer.from(sealed, 'base64url') }, id, purpose);
  } catch (error) {
    if (error instanceof BrokenRecord) return null;
    throw error;
  }
}
