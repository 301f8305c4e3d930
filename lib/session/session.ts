import { SessionKeyReservedError, SessionValueError } from '../errors.js';
import type { FlashMessage } from './flash.js';
import { ABSENT } from './merge.js';
import { runMutation } from './mutations.js';
import type { Declared, SessionData, ValueOf } from './session-data.js';
import type { SessionState } from './session-state.js';

/** What a session needs from its repository. */
export interface SessionKeeper {
  publicIdOf(state: SessionState): string;
  /** The session's id, or its future id. */
  secretIdOf(state: SessionState): string;
  expiryOf(state: SessionState): Date;
  isModified(session: SessionObject): boolean;
  /** The value of a key in the record as it was read, as a copy; `ABSENT` if there was none. */
  baseValue(state: SessionState, key: string): unknown;
  /**
   * A value as the store would return it, as a copy; `ABSENT` if it would not be stored.
   *
   * @throws SessionValueError
   */
  copyOf(key: string, value: unknown): unknown;
  commit(session: SessionObject): unknown;
  regenerate(session: SessionObject): Promise<void>;
  destroy(session: SessionObject): Promise<unknown>;
}

let readState: (session: SessionObject) => SessionState;
let readId: (session: SessionObject) => string;

/** Views that reject changes, each with its session. */
const views = new WeakMap<object, { readonly session: SessionObject; readonly refuse: () => never }>();

export function addView(view: SessionObject, session: SessionObject, refuse: () => never): void {
  views.set(view, { session, refuse });
}

/** The package's own state of a session; not public. */
export function stateOf(session: SessionObject): SessionState {
  return readState(views.get(session)?.session ?? session);
}

/** A session's id, or its future id: to derive values from, never to be shown. */
export function secretIdOf(session: SessionObject): string {
  return readId(views.get(session)?.session ?? session);
}

/** @throws SessionReadonlyError if `session` is a view that rejects changes. */
export function assertWritable(session: SessionObject): void {
  views.get(session)?.refuse();
}

/**
 * A session. Its data is its own enumerable properties, which you read and write as such; the prototype has its methods and
 * facts, whose names are reserved.
 *
 * You need not mark anything as changed: when the request ends, the session is compared with what was read, at any depth.
 *
 * @publicApi
 */
export class SessionObject {
  readonly #state: SessionState;
  readonly #keeper: SessionKeeper;

  static {
    readState = (session) => session.#state;
    readId = (session) => session.#keeper.secretIdOf(session.#state);
  }

  constructor(state: SessionState, keeper: SessionKeeper) {
    this.#state = state;
    this.#keeper = keeper;
  }

  /** The public id: identifies the session in pages and logs, and is useless to a thief. It changes with the id. */
  get id(): string {
    return this.#keeper.publicIdOf(this.#state);
  }

  /** Whether the session has not been stored yet. */
  get isNew(): boolean {
    return this.#state.stored === null;
  }

  /** Whether the commit would write. Computed; set it to true to force a write. */
  get modified(): boolean {
    return this.#keeper.isModified(this);
  }

  set modified(force: boolean) {
    this.#state.force(force);
  }

  /** Whether the cookie outlives the browser (until the idle timeout) instead of ending with it. */
  get permanent(): boolean {
    return this.#state.permanent;
  }

  set permanent(permanent: boolean) {
    // A value from a form may not be a boolean; store what it means.
    const given: unknown = permanent;
    this.#state.setPermanent(Boolean(given));
  }

  /** When the session was created. */
  get createdAt(): Date {
    return new Date(this.#state.createdAt);
  }

  /** When the session expires if it is not used again: by the idle or the absolute timeout, whichever comes first. */
  get expiresAt(): Date {
    return this.#keeper.expiryOf(this.#state);
  }

  /** The value of `key`, or `fallback` if there is none. */
  get<Key extends string>(key: Key): ValueOf<Key>;
  get<Key extends keyof SessionData & string>(key: Key, fallback: Declared<Key>): Declared<Key>;
  get<Key extends string, Fallback>(key: Key, fallback: Fallback): Exclude<ValueOf<Key>, undefined> | Fallback;
  get(key: string, fallback?: unknown): unknown {
    return this.has(key) ? ownData(this)[key] : fallback;
  }

  /** @throws SessionKeyReservedError for the name of a method or a fact. */
  set<Key extends string>(key: Key, value: ValueOf<Key>): this {
    assertName(key);
    ownData(this)[key] = value;
    return this;
  }

  has(key: string): boolean {
    return isName(key) && Object.hasOwn(this, key);
  }

  /** Removes `key` and returns its value; `fallback` if there is none. */
  pop<Key extends string>(key: Key): ValueOf<Key>;
  pop<Key extends keyof SessionData & string>(key: Key, fallback: Declared<Key>): Declared<Key>;
  pop<Key extends string, Fallback>(key: Key, fallback: Fallback): Exclude<ValueOf<Key>, undefined> | Fallback;
  pop(key: string, fallback?: unknown): unknown {
    if (!this.has(key)) return fallback;
    const value = ownData(this)[key];
    Reflect.deleteProperty(this, key);
    return value;
  }

  /** The value of `key`; if there is none, sets it to `value` first. */
  setDefault<Key extends string>(key: Key, value: Exclude<ValueOf<Key>, undefined>): Exclude<ValueOf<Key>, undefined> {
    if (!this.has(key)) this.set(key, value);
    return ownData(this)[key] as Exclude<ValueOf<Key>, undefined>;
  }

  /** Sets all of `values`. @throws SessionKeyReservedError before any is set. */
  update(values: Partial<SessionData> & Record<string, unknown>): this {
    if (!isObject(values)) {
      throw new SessionValueError('session', 'it is not an object with values.', { mayBeInput: true });
    }
    const reserved = Object.keys(values).find(isReserved);
    if (reserved !== undefined) throw new SessionKeyReservedError(reserved);
    Object.assign(ownData(this), values);
    return this;
  }

  /** Removes all data and flash messages. A login stays; without one, the commit removes the session. */
  clear(): void {
    for (const key of Object.keys(this)) Reflect.deleteProperty(this, key);
    this.#state.clear();
  }

  /** The keys of the data. */
  keys(): string[] {
    return Object.keys(this);
  }

  /** Adds a message for the next page that asks for it. */
  flash(category: string, message: string): void;
  flash(category: unknown, message: unknown): void {
    this.#state.flash({ category: textOf(category), message: textOf(message) });
  }

  /** Returns and removes the messages, in order; with `category`, only those of it. */
  flashes(category?: string): FlashMessage[] {
    if (category !== undefined) return this.#state.takeFlashes(category);
    const all = [...this.#state.flashes];
    if (all.length > 0) this.#state.setFlashes([]);
    return all;
  }

  /**
   * Changes one value with a function that is run again on the latest value if another request was faster, so that twenty
   * parallel `session.mutate('n', (n = 0) => n + 1)` count to twenty.
   *
   * @param fn gets the value, or `undefined` if there is none, and returns the new one; if it returns nothing, the value is
   *   kept as changed in place. It must be synchronous, depend only on its argument, and may run several times.
   * @returns the new value as far as this request knows.
   * @throws SessionValueError for a value that cannot be stored; for a large value that is changed repeatedly, possibly not
   *   before the session is saved
   */
  mutate<Key extends string>(key: Key, fn: (value: ValueOf<Key>) => ValueOf<Key> | undefined): ValueOf<Key>;
  mutate(key: string, fn: (value: never) => unknown): unknown {
    assertName(key);
    const mutation = fn as (value: unknown) => unknown;
    const { mutations } = this.#state;
    const before = this.has(key) ? ownData(this)[key] : ABSENT;
    const isWatched = mutations.isWatched(key);
    const beforeCopy = isWatched ? this.#keeper.copyOf(key, before) : undefined;
    const after = runMutation(mutation, before);
    if (isThenable(after)) {
      // Its result is irrelevant; if it rejects, the error thrown here says what to do.
      void Promise.resolve(after).catch(() => undefined);
      throw new TypeError('The function given to session.mutate() must not be asynchronous.');
    }
    if (isWatched) {
      const afterCopy = this.#keeper.copyOf(key, after);
      const base = (): unknown => this.#keeper.baseValue(this.#state, key);
      const copy = (name: string, value: unknown): unknown => this.#keeper.copyOf(name, value);
      mutations.add(key, mutation, base, beforeCopy, afterCopy, copy);
    } else mutations.addUnwatched(key, mutation);
    if (after === ABSENT) {
      Reflect.deleteProperty(this, key);
      return undefined;
    }
    ownData(this)[key] = after;
    return after;
  }

  /** Gives the session a new id at once; the old one becomes invalid. Data and login stay. */
  async regenerate(): Promise<void> {
    await this.#keeper.regenerate(this);
  }

  /** Ends the session at once: record, data and login. Later writes start a new session. */
  async destroy(): Promise<void> {
    await this.#keeper.destroy(this);
  }

  /** Saves now what would be saved at the end of the request; a no-op if nothing changed. */
  async commit(): Promise<void> {
    await this.#keeper.commit(this);
  }

  /** The data only. */
  toJSON(): Record<string, unknown> {
    return { ...ownData(this) };
  }
}

const reservedNames: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(SessionObject.prototype),
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** Whether `key` is the name of a method or a fact, and so cannot be a data key. */
export function isReserved(key: string): boolean {
  return reservedNames.has(key);
}

// `session.get = 1` would silently hide the method: every reserved name throws on assignment.
for (const name of reservedNames) {
  const described = Object.getOwnPropertyDescriptor(SessionObject.prototype, name);
  if (described?.set) continue;
  const inherited: unknown = described ? described.value : Reflect.get(Object.prototype, name);
  Object.defineProperty(SessionObject.prototype, name, {
    ...(described?.get ? described : { get: () => inherited }),
    configurable: true,
    enumerable: false,
    set(this: SessionObject) {
      throw new SessionKeyReservedError(name);
    },
  });
}

/** A session's own properties, typed as the data. */
export function ownData(session: object): Record<string, unknown> {
  return session as Record<string, unknown>;
}

/** A session with the data of a record. */
export function sessionWith(
  data: Readonly<Record<string, unknown>>,
  state: SessionState,
  keeper: SessionKeeper,
): SessionObject {
  const session = new SessionObject(state, keeper);
  fill(session, data);
  return session;
}

/** Sets the data of a record. A name that has become reserved since that was written is left out, so that the session survives. */
export function fill(session: SessionObject, data: Readonly<Record<string, unknown>>): void {
  const own = ownData(session);
  for (const key of Object.keys(data)) if (!isReserved(key)) own[key] = data[key];
}

/**
 * A copy of the data.
 *
 * @throws SessionKeyReservedError for a reserved name that got in without an assignment.
 */
export function dataOf(session: object): Record<string, unknown> {
  const data = { ...ownData(session) };
  const reserved = Object.keys(data).find(isReserved);
  if (reserved !== undefined) throw new SessionKeyReservedError(reserved);
  return data;
}

/** @throws SessionKeyReservedError, and SessionValueError for a JSON value that is not a string. */
function assertName(key: unknown): asserts key is string {
  if (!isName(key)) throw new SessionValueError('session', 'the key is not a string.', { mayBeInput: true });
  if (isReserved(String(key))) throw new SessionKeyReservedError(String(key));
}

function isName(key: unknown): boolean {
  return typeof key === 'string' || typeof key === 'number';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Converts any value to a string: an object from JSON may have a `toString` that is not a function. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
