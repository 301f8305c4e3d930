import type { Lifetime } from './lifetime.js';
import { ABSENT } from './merge.js';
import type { SessionRecord } from './record.js';
import type { SessionEncoder } from './session-encoder.js';
import { publicId } from './session-id.js';
import type { Metering, SessionOperation } from './session-meter.js';
import type { SessionReference } from './session-reference.js';
import { SessionState, type StoredSession } from './session-state.js';
import { fill, SessionObject, sessionWith, stateOf, type SessionKeeper } from './session.js';

/** What a session needs from its repository, independent of where sessions are kept. */
export abstract class SessionKeeping implements SessionKeeper {
  readonly metering: Metering = { meter: null };

  /**
   * @param encoder encodes a session as a record. @param permanentByDefault whether the cookie of a new session outlives the
   *   browser.
   */
  constructor(
    private readonly encoder: SessionEncoder,
    protected readonly lifetime: Lifetime,
    private readonly permanentByDefault: boolean,
    protected readonly now: () => number,
  ) {}

  abstract commit(session: SessionObject): Promise<void> | undefined;
  abstract regenerate(session: SessionObject): Promise<void>;
  abstract destroy(session: SessionObject): Promise<boolean>;

  create(missed: SessionReference | null = null): SessionObject {
    return new SessionObject(new SessionState(this.now(), this.permanentByDefault, missed), this);
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

  protected measured<Result>(operation: SessionOperation, work: () => Promise<Result>): Promise<Result> {
    const { meter } = this.metering;
    return meter === null ? work() : meter.run(operation, work);
  }

  /** The session of a record. @param issuedAt when the cookie was issued, in ms; null: it is to be issued again. */
  protected sessionOf(
    stored: StoredSession,
    record: SessionRecord,
    issuedAt: number | null,
    now: number,
  ): SessionObject {
    return sessionWith(record.data, SessionState.read(stored, record, issuedAt, now), this);
  }
}

/** The session is as it was read or saved last. @param record that; null: it is not stored. */
function restore(session: SessionObject, record: SessionRecord | null, permanentByDefault: boolean): void {
  session.clear();
  stateOf(session).revert(record, permanentByDefault);
  if (record !== null) fill(session, record.data);
}

/** When the session ends if it is not used again. */
function expiryOf(state: SessionState, lifetime: Lifetime, now: number): Date {
  const { issuedAt, auth, passive } = state;
  const isExtended = issuedAt === null || (!passive && lifetime.isRefreshDue(issuedAt, now, auth));
  const lastUse = isExtended ? now : issuedAt;
  return new Date(lastUse + Math.max(0, lifetime.remaining(state, lastUse)));
}
