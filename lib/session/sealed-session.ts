import { storeKey } from './session-id.js';
import type { StoredSession } from './session-state.js';

/** A session's record as carried by its cookie. */
export class SealedSession implements StoredSession {
  /** Only stores use it: there is just the one cookie. */
  readonly version = null;
  readonly asOf = 0;

  constructor(
    readonly id: string,
    readonly bytes: Uint8Array,
    /** The content of the cookie. */
    readonly content: Uint8Array,
    /** In ms: the expiry in the cookie. */
    readonly expiresAt: number,
    /** In ms: when the current request arrived. What it saves is valid from then on. */
    readonly usedAt: number,
    private readonly keyPrefix: string,
  ) {}

  /** Identifies the session as a key identifies others; nothing is stored under it. */
  get key(): string {
    return storeKey(this.keyPrefix, this.id);
  }
}
