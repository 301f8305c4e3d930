/**
 * The port between sessions and what keeps them. A store keeps bytes under a key, with a time to live and a version; it
 * knows nothing of sessions, of cookies, or of HTTP.
 */

/**
 * What a store needs to recognise the bytes that it handed out. Opaque: only the store that made a version reads it.
 *
 * @publicApi
 */
export type Version = unknown;

/** A record as the store has it now. @publicApi */
export interface StoredRecord {
  /** The record as it was written: a `Uint8Array`, which may be a Node `Buffer`. Nobody may go by which of the two it is. */
  readonly bytes: Uint8Array;
  readonly version: Version;
}

/** What became of a write. @publicApi */
export type WriteResult =
  /** The bytes are stored, under this new version. */
  | { readonly written: Version }
  /** Somebody else wrote since the version that was expected; this is what is there now. Nothing was changed. */
  | { readonly conflict: StoredRecord }
  /** The record was deleted or has expired since it was read. Nothing was changed, and nothing was created. */
  | { readonly gone: true };

/** What became of a delete. @publicApi */
export type DeleteResult = 'deleted' | 'absent' | { readonly conflict: StoredRecord };

/**
 * A session store. The class is the type and the injection token at once (`SESSION_STORE` is an alias of it).
 *
 * The law, in the words of the contract tests (`nestjs-session-auth/testing`):
 *
 * - What is absent or has expired is `null`, `gone` or `'absent'`, never an error. An error means that the store is not
 *   able to answer; it is a rejection, never a wrong answer.
 * - Bytes come back as they were written, whatever they hold. The store neither keeps nor hands out a buffer that
 *   somebody else may change later.
 * - After `ttlMs` milliseconds from the last `write` or `touch` the record is absent, for every method.
 * - Every method is atomic: of any number of parallel calls with one expected version, one succeeds.
 *
 * @publicApi
 */
export abstract class SessionStore {
  /** The record under `key`, in one round trip, or `null` where there is none. Does not extend its life. */
  abstract read(key: string): Promise<StoredRecord | null>;

  /**
   * Stores `bytes` for `ttlMs` milliseconds (an integer of at least 1), against the version that was read.
   *
   * @param expected the version that was read: written only if the record still has it. A record that was deleted or has
   *   expired since gives `gone`, and is never created again. Or `'absent'`: creates the record, and gives `conflict`
   *   where one is there already.
   * @param owner whose record it is, for a store that is {@link Owned}; others leave it aside. Given with `'absent'` alone,
   *   since a record never changes hands.
   */
  abstract write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult>;

  /** Lets the record live for `ttlMs` milliseconds from now. `false`: it is absent, and stays so. */
  abstract touch(key: string, ttlMs: number): Promise<boolean>;

  /**
   * Removes the record. With `expected`, only if it still has that version, otherwise `conflict` with what is there now.
   * Removing what is absent does nothing and says so.
   */
  abstract delete(key: string, expected?: Version): Promise<DeleteResult>;

  /** Ends timers and connections that the store itself opened. Called once, when the application closes. */
  close?(): Promise<void>;
}

/**
 * To be called whenever a page, or another step, of a long call is done. The time limit of the call begins anew with it; for a
 * store that never calls it, the limit is that of the whole call.
 *
 * @publicApi
 */
export type StepDone = () => void;

/**
 * An ability that a store may have besides: removing what has expired, where the technology does not do it by itself.
 *
 * @publicApi
 */
export interface Prunable {
  /** Removes the records that have expired, and says how many they were. */
  prune(stepDone?: StepDone): Promise<number>;
}

/** An ability that a store may have besides: walking over all its keys. @publicApi */
export interface Listable {
  /** The keys of the records that have not expired, in no order; a record that comes or goes meanwhile may be missed. */
  keys(stepDone?: StepDone): AsyncIterable<string>;
}

/**
 * An ability that a store may have besides: knowing whose a record is, so that all of a user's sessions can be listed, and
 * ended at once.
 *
 * A record that was written with an owner is never missing from that owner's, for as long as it lives, however often it
 * was touched or written since. Where {@link deleteOwnedBy} ran while a record was being created, either it has deleted
 * that record, or the `write` answers `gone` and has created nothing.
 *
 * @publicApi
 */
export interface Owned {
  /**
   * The keys of the owner's records, in no order. One whose record has been deleted or has expired may still be among
   * them: read it to know. A record that comes or goes meanwhile may be missed.
   */
  ownedBy(owner: string, stepDone?: StepDone): AsyncIterable<string>;

  /** Removes all of the owner's records but that under `exceptKey`, and says how many there were. */
  deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number>;
}

/**
 * An ability that a store may have besides: keeping notes, such as that a session was ended or that logins failed, apart from
 * the records of sessions. A store that evicts sessions needs it: strangers, who can make sessions, would push the notes out.
 */
export interface Noting {
  /** Where notes of one kind are kept; the same for the same kind. */
  notes(kind: string): SessionStore;
}

/**
 * An ability of where notes are kept: making room on demand. It never makes any by itself, but refuses what does not fit with a
 * `SessionStoreFullError`.
 */
export interface Shedding {
  /** Forgets the older half, and says when the last of these was written, in ms; null: there was nothing to forget. */
  shed(): number | null;
}

export function isPrunable(store: SessionStore): store is SessionStore & Prunable {
  return 'prune' in store && typeof store.prune === 'function';
}

export function isListable(store: SessionStore): store is SessionStore & Listable {
  return 'keys' in store && typeof store.keys === 'function';
}

export function isOwned(store: SessionStore): store is SessionStore & Owned {
  return 'ownedBy' in store && typeof store.ownedBy === 'function';
}

/** Where a store keeps notes of one kind: apart, if it can, and otherwise beside the sessions. */
export function notesOf(store: SessionStore, kind: string): SessionStore {
  return isNoting(store) ? store.notes(kind) : store;
}

export function isNoting(store: SessionStore): store is SessionStore & Noting {
  return 'notes' in store && typeof store.notes === 'function';
}

export function isShedding(store: SessionStore): store is SessionStore & Shedding {
  return 'shed' in store && typeof store.shed === 'function';
}
