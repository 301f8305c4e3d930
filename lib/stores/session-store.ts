/**
 * The port between sessions and their storage. A store keeps bytes under a key, with a time to live and a version; it knows
 * nothing about sessions, cookies or HTTP.
 */

/**
 * Identifies the bytes that a store returned. Opaque: only the store that made a version reads it.
 *
 * @publicApi
 */
export type Version = unknown;

/** A record as currently stored. @publicApi */
export interface StoredRecord {
  /** The record as it was written: a `Uint8Array`, possibly a Node `Buffer`. Do not rely on which. */
  readonly bytes: Uint8Array;
  readonly version: Version;
}

/** The result of a write. @publicApi */
export type WriteResult =
  /** The bytes are stored under this new version. */
  | { readonly written: Version }
  /** The record is no longer at the expected version; this is its current state. Nothing was changed. */
  | { readonly conflict: StoredRecord }
  /** The record has been deleted or has expired since it was read. Nothing was changed or created. */
  | { readonly gone: true };

/** The result of a delete. @publicApi */
export type DeleteResult = 'deleted' | 'absent' | { readonly conflict: StoredRecord };

/**
 * A session store. The class is both the type and the injection token (`SESSION_STORE` is an alias of it).
 *
 * The contract, in the words of its tests (`nestjs-session-auth/testing`):
 *
 * - A record that is absent or has expired is reported as `null`, `gone` or `'absent'`, never as an error. An error means that
 *   the store cannot answer; it is a rejection, never a wrong answer.
 * - Bytes are returned as they were written, whatever they contain. The store neither keeps nor returns a buffer that another
 *   caller may change later.
 * - After `ttlMs` milliseconds from the last `write` or `touch`, the record is absent for every method.
 * - Every method is atomic: of any number of parallel calls with one expected version, exactly one succeeds.
 *
 * @publicApi
 */
export abstract class SessionStore {
  /** Reads the record under `key` in one round trip; `null` if there is none. Does not extend its life. */
  abstract read(key: string): Promise<StoredRecord | null>;

  /**
   * Stores `bytes` for `ttlMs` milliseconds (an integer of at least 1), if the record still has the expected version.
   *
   * @param expected the version that was read: nothing is written unless the record still has it. If the record has been
   *   deleted or has expired since, the result is `gone`, and it is never created again. Or `'absent'`: creates the record; the
   *   result is `conflict` if there already is one.
   * @param owner who owns the record, for a store that is {@link Owned}; others ignore it. Passed with `'absent'` only, since a
   *   record never changes its owner.
   */
  abstract write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult>;

  /** Lets the record live for `ttlMs` milliseconds from now. `false`: it is absent, and stays absent. */
  abstract touch(key: string, ttlMs: number): Promise<boolean>;

  /**
   * Removes the record. With `expected`, only if it still has that version; otherwise the result is `conflict` with the current
   * record. Removing an absent record is a no-op that returns `'absent'`.
   */
  abstract delete(key: string, expected?: Version): Promise<DeleteResult>;

  /** Stops timers and closes connections that the store itself opened. Called once, when the application closes. */
  close?(): Promise<void>;
}

/**
 * Call it after each page, or other step, of a long call. It restarts the time limit of the call; for a store that never calls
 * it, the limit applies to the whole call.
 *
 * @publicApi
 */
export type StepDone = () => void;

/**
 * An optional ability of a store: removing expired records, if the technology does not do so itself.
 *
 * @publicApi
 */
export interface Prunable {
  /** Removes expired records and returns how many. */
  prune(stepDone?: StepDone): Promise<number>;
}

/** An optional ability of a store: iterating over all its keys. @publicApi */
export interface Listable {
  /** The keys of all live records, in no particular order; records created or removed in the meantime may be missed. */
  keys(stepDone?: StepDone): AsyncIterable<string>;
}

/**
 * An optional ability of a store: reading several records at once, in fewer round trips than one {@link SessionStore.read}
 * each.
 *
 * @publicApi
 */
export interface BulkReadable {
  /**
   * The records under `keys`, in their order; `null` for each that is absent. Does not extend their lives. A key may occur
   * several times.
   */
  readMany(keys: readonly string[], stepDone?: StepDone): Promise<(StoredRecord | null)[]>;
}

/**
 * An optional ability of a store: finding records by owner, so that all of a user's sessions can be listed and ended.
 *
 * A record that was written with an owner is listed for that owner for as long as it lives, however often it is touched or
 * rewritten. If {@link deleteOwnedBy} runs while a record is being created, either it deletes that record, or the `write`
 * returns `gone` and creates nothing.
 *
 * @publicApi
 */
export interface Owned {
  /**
   * The keys of the owner's records, in no particular order. A key whose record has been deleted or has expired may still be
   * among them: read it to find out. Records created or removed in the meantime may be missed.
   */
  ownedBy(owner: string, stepDone?: StepDone): AsyncIterable<string>;

  /** Removes all of the owner's records except the one under `exceptKey`, and returns how many. */
  deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number>;
}

/**
 * An optional ability of a store: a way for the processes that share it to notify each other. Null: this one has none, such as
 * a database that cannot do it.
 *
 * @publicApi
 */
export interface Announcing {
  readonly announcements: Announcements | null;
}

/** How the processes that share a store notify each other. @publicApi */
export interface Announcements {
  /**
   * Sends a message of at most 4,000 bytes to every process that listens to the channel, this one included. Resolves when the
   * server has accepted it; nothing tells whether anyone has heard it.
   */
  announce(channel: string, message: string): Promise<void>;

  /** Listens to a channel, on a connection of its own that is opened now, and again whenever it was lost. */
  listen(channel: string, listener: AnnouncementListener): Listening;
}

/** @publicApi */
export interface AnnouncementListener {
  /** A message was received. Must not throw. */
  heard(message: string): void;
  /** The server has accepted the connection and the channel: from now on messages are received. */
  connected(): void;
  /** The connection was lost: messages may have been missed, and will be until it is back. */
  lost(): void;
}

/** @publicApi */
export interface Listening {
  /** Stops listening and closes the connection. Never rejects. */
  stop(): Promise<void>;
}

/**
 * An optional ability of a store: keeping notes, such as that a session has ended or that logins failed, apart from session
 * records. A store that evicts sessions needs it: anyone can create sessions, and could push the notes out.
 */
export interface Noting {
  /** The store for notes of one kind; the same for each call with that kind. */
  notes(kind: string): SessionStore;
}

/**
 * An ability of a notes store: making space on demand. It never evicts notes by itself, but rejects new ones with a
 * `SessionStoreFullError` when full.
 */
export interface Shedding {
  /** Removes the older half of the notes, and returns when the last of these was written, in ms; null: there were none. */
  shed(): number | null;
}

/** What a store says whose technology has no compare-and-set: its operations are atomic within one process only, or not at all. */
export interface Sharing {
  readonly isAtomic: boolean;
}

/** Whether of any number of calls with one expected version, in any number of processes, exactly one succeeds. */
export function isAtomic(store: SessionStore): boolean {
  return !('isAtomic' in store) || store.isAtomic === true;
}

/** What an operator learns about a store's server. */
export interface Finding {
  /** What it is about, such as `clock`. */
  readonly check: string;
  /** `unknown`: the server does not say, or does not permit the question. */
  readonly status: 'ok' | 'warning' | 'failed' | 'unknown';
  readonly text: string;
}

/** An ability of a store, for the package's own command: asking its server what its contract does not tell. */
export interface Examinable {
  examine(): Promise<readonly Finding[]>;
}

export function isExaminable(store: SessionStore): store is SessionStore & Examinable {
  return 'examine' in store && typeof store.examine === 'function';
}

export function isPrunable(store: SessionStore): store is SessionStore & Prunable {
  return 'prune' in store && typeof store.prune === 'function';
}

export function isListable(store: SessionStore): store is SessionStore & Listable {
  return 'keys' in store && typeof store.keys === 'function';
}

export function isBulkReadable(store: SessionStore): store is SessionStore & BulkReadable {
  return 'readMany' in store && typeof store.readMany === 'function';
}

export function isOwned(store: SessionStore): store is SessionStore & Owned {
  return 'ownedBy' in store && typeof store.ownedBy === 'function';
}

/** How the processes that share a store notify each other; null: it has no way. */
export function announcementsOf(store: SessionStore): Announcements | null {
  return 'announcements' in store ? ((store as SessionStore & Partial<Announcing>).announcements ?? null) : null;
}

/** The store for notes of one kind: separate if `store` supports that, otherwise the store of the sessions. */
export function notesOf(store: SessionStore, kind: string): SessionStore {
  return isNoting(store) ? store.notes(kind) : store;
}

export function isNoting(store: SessionStore): store is SessionStore & Noting {
  return 'notes' in store && typeof store.notes === 'function';
}

export function isShedding(store: SessionStore): store is SessionStore & Shedding {
  return 'shed' in store && typeof store.shed === 'function';
}

/** How many calls of a store run in parallel at most, where one caller makes many. */
const inParallel = 64;

/** The results of `work` for each item, in their order, with a bounded number of calls in parallel. */
export async function someAtATime<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result> | Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < items.length; first += inParallel) {
    results.push(...(await Promise.all(items.slice(first, first + inParallel).map((item) => work(item)))));
  }
  return results;
}

/** The records under `keys`, in their order, in as few round trips as the store can. */
export async function readAll(store: SessionStore, keys: readonly string[]): Promise<(StoredRecord | null)[]> {
  if (isBulkReadable(store) && keys.length > 1) return store.readMany(keys);
  return someAtATime(keys, (key) => store.read(key));
}
