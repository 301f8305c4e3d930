import type { Lifetime } from './lifetime.js';
import { ABSENT } from './merge.js';
import { expiryOf, fill, restore } from './repository-parts.js';
import type { SessionRecord } from './record.js';
import type { SessionEncoder } from './session-encoder.js';
import { publicId } from './session-id.js';
import { SessionState, type StoredSession } from './session-state.js';
import { SessionObject, stateOf, type SessionKeeper } from './session.js';

/** What a session asks of the repository that it came from, as far as it does not matter where sessions are kept. */
export abstract class SessionKeeping implements SessionKeeper {
  /** @param encoder how a session becomes a record. @param permanentByDefault whether the cookie of a new session outlives the browser. */
  constructor(
    private readonly encoder: SessionEncoder,
    protected readonly lifetime: Lifetime,
    private readonly permanentByDefault: boolean,
    protected readonly now: () => number,
  ) {}

  abstract commit(session: SessionObject): Promise<void> | undefined;
  abstract regenerate(session: SessionObject): Promise<void>;
  abstract destroy(session: SessionObject): Promise<boolean>;

  create(): SessionObject {
    return new SessionObject(new SessionState(this.now(), this.permanentByDefault), this);
  }

  discard(session: SessionObject): void {
    const { stored } = stateOf(session);
    restore(session, stored && this.encoder.recordIn(stored.bytes), this.permanentByDefault);
  }

  isModified(session: SessionObject): boolean {
    const { stored } = stateOf(session);
    if (stored === null) return !this.encoder.isDisposable(session);
    return this.encoder.changesOf(session, stored) !== null;
  }

  publicIdOf(state: SessionState): string {
    return publicId(this.encoder.idOf(state));
  }

  secretIdOf(state: SessionState): string {
    return this.encoder.idOf(state);
  }

  expiryOf(state: SessionState): Date {
    return expiryOf(state, this.lifetime, this.now());
  }

  baseValue(state: SessionState, key: string): unknown {
    return state.stored === null ? ABSENT : this.encoder.valueIn(state.stored.bytes, key);
  }

  copyOf(key: string, value: unknown): unknown {
    return this.encoder.copyOf(key, value);
  }

  /** The session of a record. @param issuedAt when the cookie was issued, in ms; null: it is to be issued anew. */
  protected sessionOf(
    stored: StoredSession,
    record: SessionRecord,
    issuedAt: number | null,
    now: number,
  ): SessionObject {
    const state = new SessionState(now, record.permanent);
    state.stored = stored;
    state.issuedAt = issuedAt;
    state.take(record);
    if (record.auth !== null) state.loginRead = { auth: record.auth, bytes: stored.bytes };
    const session = new SessionObject(state, this);
    fill(session, record.data);
    return session;
  }
}
