import { publicId, storeKey } from '../../../session/session-id.js';
import type { SessionStore } from '../../../stores/session-store.js';
import { answer, type CallbackError, type DoneCallback } from './callbacks.js';
import type { ResolvedOptions } from './options.js';
import { partsOf, readParts } from './own-record.js';
import { newOrigin, type Origin } from './own-origin.js';
import { OwnSaver } from './own-saver.js';
import type { Session } from './session.js';
import type { SessionData } from './session-data.js';
import { Store } from './store.js';
import { StoreCalls } from './store-calls.js';
import { warnOnce } from './warn-once.js';

/** The options for the stores of this package. */
export type OwnStoreOptions = Pick<ResolvedOptions, 'keyPrefix' | 'idleTimeout' | 'storeTimeout'>;

/** A store of this package with the interface of an express-session store, for `req.sessionStore`. */
export class OwnStore extends Store {
  /** The origin of each session object. One created directly has none, and is stored unconditionally. */
  readonly #origins = new WeakMap<object, Origin>();
  readonly #calls: StoreCalls;
  readonly #saver: OwnSaver;

  constructor(
    private readonly records: SessionStore,
    private readonly options: OwnStoreOptions,
  ) {
    super();
    this.#calls = new StoreCalls(options.storeTimeout);
    this.#saver = new OwnSaver(records, this.#calls, options.storeTimeout);
  }

  /** Whether another request has ended this object's session. */
  isGone(session: object): boolean {
    return this.#origins.get(session)?.isGone === true;
  }

  override get(sid: string, callback: (error: CallbackError, session?: SessionData | null) => void): void {
    answer(this.#read(sid), callback);
  }

  override set(sid: string, session: SessionData, callback?: DoneCallback): void {
    answer(this.#save(sid, session), callback);
  }

  override touch(sid: string, session: SessionData, callback?: DoneCallback): void {
    answer(this.#extend(sid, session), callback);
  }

  override destroy(sid: string, callback?: DoneCallback): void {
    answer(this.#remove(sid), callback);
  }

  override createSession(req: object, data: SessionData): Session & SessionData {
    const session = super.createSession(req, data);
    const origin = this.#origins.get(data);
    if (origin !== undefined) this.#origins.set(session, origin);
    return session;
  }

  async #read(sid: string): Promise<SessionData | null> {
    const key = this.#keyOf(sid);
    const asOf = this.#saver.nextOrder();
    const found = await this.#calls.ask(() => this.records.read(key));
    if (found === null) return null;
    const parts = readParts(found.bytes);
    if (parts === null) {
      warnOnce('broken-record', `The record of session ${publicId(sid)} cannot be read, and is ignored.`, sid);
      return null;
    }
    const data = { ...structuredClone(parts.values), cookie: parts.cookie } as SessionData;
    const { bytes, version } = found;
    this.#origins.set(data, newOrigin(key, { key, bytes, values: parts.values, version, asOf }));
    return data;
  }

  async #save(sid: string, session: SessionData): Promise<void> {
    const parts = partsOf(session);
    const key = this.#keyOf(sid);
    let origin = this.#origins.get(session);
    if (origin?.key !== key) this.#origins.set(session, (origin = newOrigin(key, null)));
    await this.#saver.save(origin, parts, this.#lifeOf(session));
  }

  async #extend(sid: string, session: SessionData): Promise<void> {
    const life = this.#lifeOf(session);
    if (life <= 0) return this.#remove(sid);
    const isThere = await this.#saver.touch(this.#keyOf(sid), life);
    const origin = this.#origins.get(session);
    if (!isThere && origin !== undefined) origin.isGone = true;
  }

  async #remove(sid: string): Promise<void> {
    await this.#saver.delete(this.#keyOf(sid));
  }

  #keyOf(sid: string): string {
    return storeKey(this.options.keyPrefix, sid);
  }

  /** ms from now. */
  #lifeOf({ cookie: { expires } }: SessionData): number {
    return expires instanceof Date ? expires.getTime() - Date.now() : this.options.idleTimeout;
  }
}
