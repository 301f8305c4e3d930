import type { CookieData, CookieOptions } from './cookie-options.js';
import { warnOnce } from './warn-once.js';
import { serializeCookie } from './serialize-cookie.js';

/** `data` is derived from the others; the rest would replace the cookie's methods, if a broken record contained them. */
const notOptions: ReadonlySet<string> = new Set(['data', 'serialize', 'toJSON', 'constructor', '__proto__']);

/** `req.session.cookie`. @publicApi */
export class Cookie {
  declare path?: string | undefined;
  declare domain?: string | undefined;
  declare httpOnly?: boolean | undefined;
  declare secure?: boolean | 'auto' | undefined;
  declare sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined;
  declare partitioned?: boolean | undefined;
  declare priority?: 'low' | 'medium' | 'high' | undefined;
  declare encode?: ((value: string) => string) | undefined;
  declare signed?: boolean | undefined;
  /** The last assigned `maxAge`, in ms, with which each use restarts. */
  declare originalMaxAge: number | null;
  /** Some stores read this property. */
  declare _expires: Date | null | undefined;

  /** @throws TypeError for invalid options, and for a `maxAge` that is not a number. */
  constructor(options?: CookieOptions | null) {
    this.path = '/';
    this.maxAge = null;
    this.httpOnly = true;
    if (options) this.#take(options);
    const given: number | null | undefined = this.originalMaxAge;
    this.originalMaxAge = given ?? this.maxAge ?? null;
  }

  /** When it expires; null: with the browser. */
  get expires(): Date | null | undefined {
    return this._expires;
  }

  set expires(date: Date | null | undefined) {
    this._expires = date;
    this.originalMaxAge = this.maxAge ?? null;
  }

  /** ms from now until it expires; null, which express-session does not declare: with the browser. */
  get maxAge(): number | undefined {
    const { expires } = this;
    return expires instanceof Date ? expires.getTime() - Date.now() : (expires as undefined);
  }

  set maxAge(ms: number | Date | null | undefined) {
    if (ms && typeof ms !== 'number' && !(ms instanceof Date)) {
      throw new TypeError('The maxAge of a cookie must be a number of milliseconds, or a Date.');
    }
    if (ms instanceof Date) warnOnce('maxAge-date', 'The maxAge of a cookie is a Date. Use milliseconds instead.');
    this.expires = typeof ms === 'number' ? new Date(Date.now() + ms) : ms;
    // The setter of `expires` reads `maxAge` back, which may be a millisecond less by then.
    if (typeof ms === 'number') this.originalMaxAge = ms;
  }

  /** What a store keeps. */
  get data(): CookieData {
    return {
      originalMaxAge: this.originalMaxAge,
      partitioned: this.partitioned,
      priority: this.priority,
      expires: this._expires,
      secure: this.secure,
      httpOnly: this.httpOnly,
      domain: this.domain,
      path: this.path,
      sameSite: this.sameSite,
    };
  }

  /** The Set-Cookie header. @throws TypeError for invalid attributes. */
  serialize(name: string, value: string): string {
    return serializeCookie(name, value, this.data, this.encode);
  }

  toJSON(): CookieData {
    return this.data;
  }

  #take(options: CookieOptions): void {
    if (typeof options !== 'object') throw new TypeError('The argument options of a cookie must be an object.');
    // Including inherited ones: options may be created from other options.
    for (const key in options) {
      if (!notOptions.has(key)) Reflect.set(this, key, Reflect.get(options, key));
    }
  }
}
