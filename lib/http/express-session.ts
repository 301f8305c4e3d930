import type { SessionRepository } from '../session/session-repository.js';
import { isReserved, ownData, type SessionObject } from '../session/session.js';

/** As Express calls back: with an error, or with nothing. */
export type Callback = (error?: unknown) => void;

/** `req.session.cookie`, as far as it says how long the session lives. */
export interface ExpressSessionCookie {
  /** ms until the cookie ends; null: with the browser. Setting it to a number makes the session permanent. */
  maxAge: number | null;
  readonly originalMaxAge: number | null;
  /** When the cookie ends; null: with the browser. Setting it to a date makes the session permanent. */
  expires: Date | null;
}

/**
 * A session in the form that middleware for express-session expects: every property is data, but for express-session's own
 * seven names. A data key that has a name of {@link SessionObject} is kept under it with a `~` in front.
 *
 * @publicApi
 */
export interface ExpressSession {
  [key: string]: unknown;
  /** The public id: unlike express-session's, it is of no use to a thief. */
  readonly id: string;
  readonly cookie: ExpressSessionCookie;
  save(callback?: Callback): this;
  reload(callback: Callback): this;
  destroy(callback?: Callback): this;
  /** As in express-session, the new session is empty. */
  regenerate(callback: Callback): this;
  /** Does nothing: a session in use is extended by itself. */
  touch(): this;
}

/** The property `session` of a request; it changes when the session is regenerated, and is gone once it is destroyed. */
export class ExpressSessionSlot {
  #current: ExpressSession | undefined;

  constructor(
    private readonly session: SessionObject,
    private readonly repository: SessionRepository,
    private readonly commit: () => Promise<void> | undefined,
  ) {
    this.#current = this.#face(() => ownData(session));
  }

  get(): ExpressSession | undefined {
    return this.#current;
  }

  /** `req.session = null` ends the session at the end of the request. */
  set(value: unknown): void {
    if (value !== null && value !== undefined) return;
    this.session.clear();
    this.#current = undefined;
  }

  #face(data: () => Record<string, unknown>): ExpressSession {
    const { session } = this;
    const own: Record<string, (this: void, callback?: Callback) => unknown> = {
      save: (callback) => this.#run(async () => this.commit(), callback),
      reload: (callback) => this.#run(async () => this.#reload(), callback),
      destroy: (callback) =>
        this.#run(async () => {
          this.#current = undefined;
          await session.destroy();
        }, callback),
      regenerate: (callback) =>
        this.#run(async () => {
          const former = session.toJSON();
          freeze(former);
          await session.destroy();
          this.#current = this.#face(() => ownData(session));
        }, callback),
      touch: () => face,
    };
    // The former face of a regenerated session still shows what it held: Passport copies from it.
    let shown = data;
    const freeze = (former: Record<string, unknown>): void => void (shown = () => former);
    const cookie = cookieOf(session);
    const face: ExpressSession = new Proxy({} as ExpressSession, {
      get(_target, key) {
        if (typeof key === 'symbol') return Reflect.get({}, key) as unknown;
        if (key === 'id') return session.id;
        if (key === 'cookie') return cookie;
        return own[key] ?? shown()[dataKey(key)] ?? (Reflect.get({}, key) as unknown);
      },
      set(_target, key, value) {
        if (typeof key === 'symbol' || key === 'cookie' || key === 'id' || Object.hasOwn(own, key)) return false;
        shown()[dataKey(key)] = value;
        return true;
      },
      has: (_target, key) => typeof key === 'string' && Object.hasOwn(shown(), dataKey(key)),
      deleteProperty: (_target, key) => typeof key === 'string' && Reflect.deleteProperty(shown(), dataKey(key)),
      ownKeys: () => Object.keys(shown()).map(nameOf),
      getOwnPropertyDescriptor: (_target, key) => {
        const descriptor = typeof key === 'string' ? Object.getOwnPropertyDescriptor(shown(), dataKey(key)) : undefined;
        return descriptor && { ...descriptor, configurable: true };
      },
    });
    return face;
  }

  #run(work: () => Promise<void> | undefined, callback: Callback | undefined): ExpressSession | undefined {
    const face = this.#current;
    Promise.resolve(work()).then(
      () => callback?.(),
      (error: unknown) => {
        if (callback === undefined) throw error;
        callback(error);
      },
    );
    return face;
  }

  async #reload(): Promise<void> {
    if (!(await this.repository.reload(this.session))) throw new Error('The session has ended and cannot be loaded again.');
  }
}

function cookieOf(session: SessionObject): ExpressSessionCookie {
  return {
    get maxAge() {
      return session.permanent ? session.expiresAt.getTime() - Date.now() : null;
    },
    set maxAge(ms) {
      session.permanent = ms !== null;
    },
    get originalMaxAge() {
      return this.maxAge;
    },
    get expires() {
      return session.permanent ? session.expiresAt : null;
    },
    set expires(date) {
      session.permanent = date !== null;
    },
  };
}

function dataKey(name: string): string {
  return isReserved(name) ? `~${name}` : name;
}

function nameOf(key: string): string {
  return key.startsWith('~') && isReserved(key.slice(1)) ? key.slice(1) : key;
}
