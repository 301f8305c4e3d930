import { SessionStoreFullError } from '../errors.js';
import { isShedding, notesOf, type SessionStore, type WriteResult } from '../stores/session-store.js';
import { storeKey } from './session-id.js';

/** How far ahead the clock of another node may be that seals the same session meanwhile, in ms. */
const clockSkew = 60_000;
const mark = Uint8Array.of(1);

/**
 * The sessions that were ended before their cookies have expired, in a store: copies of those cookies are worth nothing.
 *
 * Where there is no room for another note, the older half of them is given up, and with it every cookie that was issued before
 * the last of these was written: a note that is forgotten brings no session back. Who has been here since has a newer cookie.
 */
export class SealedRevocations {
  readonly #notes: SessionStore;
  /** No cookie counts that was issued before, in ms. */
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(
    store: SessionStore,
    private readonly keyPrefix: string,
  ) {
    this.#notes = notesOf(store, 'revoked');
  }

  /** @param since in ms: when the session was last known not to have ended, as its cookie was issued; `null`: just now. */
  async has(id: string, since: number | null): Promise<boolean> {
    return this.#isGivenUp(since) || (await this.#notes.read(this.#keyOf(id))) !== null;
  }

  /**
   * @param ttl in ms, from now: how long a cookie of this session may still be good for.
   * @param since as for {@link has}
   * @returns false: it was among them already, so that somebody else has ended the session.
   */
  async add(id: string, ttl: number, since: number | null): Promise<boolean> {
    if (this.#isGivenUp(since)) return false;
    const result = await this.#note(id, Math.max(0, ttl) + clockSkew);
    return 'written' in result;
  }

  async #note(id: string, ttl: number): Promise<WriteResult> {
    const write = (): Promise<WriteResult> => this.#notes.write(this.#keyOf(id), mark, ttl, 'absent');
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
