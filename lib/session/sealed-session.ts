import { storeKey } from './session-id.js';
import type { StoredSession } from './session-state.js';

/** A session's record as its cookie carries it. */
export class SealedSession implements StoredSession {
  /** The store's business: there is but the one cookie. */
  readonly version = null;
  readonly asOf = 0;

  constructor(
    readonly id: string,
    readonly bytes: Uint8Array,
    /** The same as it goes into the cookie. */
    readonly content: Uint8Array,
    /** In ms: the end that is written in the cookie. */
    readonly expiresAt: number,
    /** In ms: when the request came that uses the session. What it saves is good from then on. */
    readonly usedAt: number,
    private readonly keyPrefix: string,
  ) {}

  /** Names the session where others are named by their keys; nothing is kept under it. */
  get key(): string {
    return storeKey(this.keyPrefix, this.id);
  }
}
