import { SessionKeyReservedError } from '../errors.js';
import { isReserved, ownData, stateOf, type SessionObject } from '../session/session.js';

/** Express's callback: with an error, or with nothing. */
export type Callback = (error?: unknown) => void;

/** `req.session.cookie`, limited to the session's lifetime. */
export interface ExpressSessionCookie {
  /** ms until the cookie expires; null: with the browser. Set it to a number to make the session permanent. */
  maxAge: number | null;
  readonly originalMaxAge: number | null;
  /** When the cookie expires; null: with the browser. Set it to a date to make the session permanent. */
  expires: Date | null;
}

/**
 * A session in the form that middleware for express-session expects: every property is data, except express-session's own seven
 * names, which cannot be set, and `__proto__`, which is rejected. A data key that is a name of {@link SessionObject} is stored
 * under that name with a `~` in front. It has no prototype: a key from the client refers to data or nothing.
 *
 * @publicApi
 */
export interface ExpressSession {
  [key: string]: unknown;
  /** The public id: unlike express-session's, it is useless to a thief. */
  readonly id: string;
  readonly cookie: ExpressSessionCookie;
  save(callback?: Callback): this;
  reload(callback: Callback): this;
  destroy(callback?: Callback): this;
  /** As in express-session, the new session is empty. */
  regenerate(callback: Callback): this;
  /** A no-op: a session in use is extended automatically. */
  touch(): this;
}

type Method = (this: void, callback?: Callback) => unknown;

/** The implementation behind `req.session`. */
export interface ExpressSessionKeeper {
  commit(): Promise<void> | undefined;
  /** Reads the session again. False: it no longer exists. */
  reload(): Promise<boolean>;
  endAtCommit(): void;
  /** Receives errors for which no callback was passed. */
  report(error: unknown): void;
  now(): number;
}

/** The property `session` of a request; it changes when the session is regenerated, and is undefined after it is destroyed. */
export class ExpressSessionSlot {
  #current: ExpressSession | undefined;

  constructor(
    private readonly session: SessionObject,
    private readonly keeper: ExpressSessionKeeper,
  ) {
    this.#current = this.#face(() => ownData(session));
  }

  get(): ExpressSession | undefined {
    return this.#current;
  }

  /** `req.session = null` ends the session at the end of the request. @throws TypeError for anything else */
  set(value: unknown): void {
    if (value === this.#current) return;
    if (value !== null && value !== undefined) {
      throw new TypeError('req.session can only be set to null, which ends the session. Set its properties instead.');
    }
    this.keeper.endAtCommit();
    this.#current = undefined;
  }

  #face(data: () => Record<string, unknown>): ExpressSession {
    const { session } = this;
    const methods: Record<string, Method> = {
      save: (callback) => this.#run(async () => this.keeper.commit(), callback),
      reload: (callback) => this.#run(async () => this.#reload(), callback),
      destroy: (callback) =>
        this.#run(async () => {
          this.#current = undefined;
          await session.destroy();
        }, callback),
      regenerate: (callback) =>
        this.#run(async () => {
          freeze(await this.#end());
          this.#current = this.#face(() => ownData(session));
        }, callback),
      touch: () => face,
    };
    const own: ReadonlyMap<string | symbol, Method> = new Map(Object.entries(methods));
    // The former object of a regenerated session keeps its content: Passport copies from it.
    let shown = data;
    const freeze = (former: Record<string, unknown>): void => void (shown = () => former);
    const cookie = cookieOf(session, () => this.keeper.now());
    const holds = (key: string | symbol): key is string =>
      typeof key === 'string' && Object.hasOwn(shown(), dataKey(key));
    const customary: ReadonlyMap<string | symbol, unknown> = new Map<string | symbol, unknown>([
      ['hasOwnProperty', holds],
      ['propertyIsEnumerable', holds],
      ['toString', () => '[object Object]'],
      [Symbol.toPrimitive, () => '[object Object]'],
    ]);
    const face: ExpressSession = new Proxy(Object.create(null) as ExpressSession, {
      get(_target, key) {
        if (key === 'id') return session.id;
        if (key === 'cookie') return cookie;
        return own.get(key) ?? (holds(key) ? shown()[dataKey(key)] : customary.get(key));
      },
      set(_target, key, value) {
        if (typeof key === 'symbol') return false;
        if (isFact(key) || own.has(key) || key === '__proto__') throw new SessionKeyReservedError(key);
        shown()[dataKey(key)] = value;
        return true;
      },
      has: (_target, key) => own.has(key) || isFact(key) || holds(key),
      deleteProperty: (_target, key) => typeof key === 'string' && Reflect.deleteProperty(shown(), dataKey(key)),
      defineProperty: (_target, key, descriptor) => 'value' in descriptor && Reflect.set(face, key, descriptor.value),
      ownKeys: () => Object.keys(shown()).map(nameOf),
      setPrototypeOf: () => false,
      getOwnPropertyDescriptor: (_target, key) => {
        const descriptor = typeof key === 'string' ? Object.getOwnPropertyDescriptor(shown(), dataKey(key)) : undefined;
        return descriptor && { ...descriptor, configurable: true };
      },
    });
    return face;
  }

  /**
   * Ends the session, in any case. @returns its content, for Passport to copy: including what other requests have stored until
   * then, but nothing of a session that another request has ended
   */
  async #end(): Promise<Record<string, unknown>> {
    const { session } = this;
    const state = stateOf(session);
    try {
      // A rotation includes what others have stored, and leads to an id that nobody else knows.
      if (state.delivery === 'open') await session.regenerate();
      return state.end === 'gone' ? {} : session.toJSON();
    } catch (error) {
      if (state.end !== 'gone') throw error;
      return {};
    } finally {
      await session.destroy();
    }
  }

  #run(work: () => Promise<void> | undefined, callback: Callback | undefined): ExpressSession | undefined {
    const face = this.#current;
    // Called back outside of the promise: errors thrown by a callback are its own, as in express-session.
    Promise.resolve(work()).then(
      () => callback && process.nextTick(callback),
      (error: unknown) => {
        if (callback === undefined) this.keeper.report(error);
        else process.nextTick(callback, error);
      },
    );
    return face;
  }

  async #reload(): Promise<void> {
    if (!(await this.keeper.reload())) throw new Error('The session has ended and cannot be loaded again.');
  }
}

function cookieOf(session: SessionObject, now: () => number): ExpressSessionCookie {
  return {
    get maxAge() {
      return session.permanent ? session.expiresAt.getTime() - now() : null;
    },
    set maxAge(ms) {
      session.permanent = typeof ms === 'number';
    },
    get originalMaxAge() {
      return this.maxAge;
    },
    get expires() {
      return session.permanent ? session.expiresAt : null;
    },
    set expires(date) {
      session.permanent = date instanceof Date;
    },
  };
}

function isFact(key: string | symbol): boolean {
  return key === 'id' || key === 'cookie';
}

function dataKey(name: string): string {
  return isReserved(name) ? `~${name}` : name;
}

function nameOf(key: string): string {
  return key.startsWith('~') && isReserved(key.slice(1)) ? key.slice(1) : key;
}
