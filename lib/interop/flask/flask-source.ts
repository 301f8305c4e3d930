import type { FlashMessage } from '../../session/flash.js';
import type { ForeignSession } from '../../session/foreign-session.js';
import { cookieSigner, isFlaskCookie, maxAgeOf, readFlaskCookie } from './flask-cookie.js';
import { sessionKeys, type FlaskSessionCookieOptions } from './flask-session-id.js';
import { readFlaskSessionRecord } from './flask-session-record.js';
import { FlaskPickleError } from './pickle.js';
import { plainValues } from './plain-values.js';
import type { FlaskRecords } from './records.js';
import type { FlaskKeys } from './signer.js';
import type { FlaskData } from './storable-values.js';
import { Unreadable } from './unreadable.js';

/** Where a Flask application keeps its sessions: in Flask's own signed cookie, or with Flask-Session. @publicApi */
export type FlaskSourceOptions = FlaskCookieSourceOptions | FlaskRecordSourceOptions;

interface LoginOptions {
  /**
   * Returns who is logged in, from the session's data; `null`: nobody. Default: what Flask-Login and Flask-Security store under
   * `_user_id`.
   */
  readonly userId?: ((data: FlaskData) => string | number | null) | undefined;
}

/** Flask's own sessions, in a signed cookie. @publicApi */
export interface FlaskCookieSourceOptions extends FlaskKeys, LoginOptions {
  readonly records?: undefined;
  /** `PERMANENT_SESSION_LIFETIME`, in seconds. Default: 31 days. */
  readonly maxAge?: number | undefined;
}

/** The sessions of Flask-Session. @publicApi */
export interface FlaskRecordSourceOptions extends FlaskSessionCookieOptions, LoginOptions {
  /** Access to the records: `flaskRedisRecords`, `flaskFileRecords`, `flaskSqlRecords`, or your own. */
  readonly records: FlaskRecords;
}

/** A live session of a Flask application. @publicApi */
export interface FlaskSession extends ForeignSession {
  /** The application's data, in values that a session of this package can hold. */
  readonly data: FlaskData;
  /** A cookie expires a fixed time after its issue. For a record it is unknown: each visit extends it. */
  readonly expiresAt: number | null;
}

/**
 * The result of reading a cookie: a session; `null` if there is none or it is not valid; or, for data that Flask seems to have
 * written but that cannot be read, the reason, a sentence for the log.
 *
 * @publicApi
 */
export type FlaskReading = { readonly session: FlaskSession } | { readonly refused: string } | null;

/** Reads the sessions of a Flask application. @publicApi */
export interface FlaskSource {
  /**
   * Which session a valid cookie names: the cookie itself if it holds the session; otherwise the key of its record, which may
   * not exist.
   */
  keyOf(cookie: string): string | null;
  /**
   * @param cookie the value of the session cookie, as the browser sent it.
   * @param now in seconds. Default: the system clock.
   * @throws any error of the record reader.
   */
  read(cookie: string, now?: number): Promise<FlaskReading>;
}

/** What was found for a cookie, before it is checked. */
type Found = { readonly data: FlaskData; readonly expiresAt: number | null } | { readonly refused: string } | null;

/** How sessions are found: their keys, and the content of a key. */
interface Finder {
  keyOf(cookie: string): string | null;
  find(key: string, now?: number): Promise<Found>;
}

/**
 * @throws RangeError if a secret is empty or missing, or the age is invalid.
 * @throws TypeError if the fallbacks are not an array.
 * @publicApi
 */
export function flaskSource(options: FlaskSourceOptions): FlaskSource {
  const finder = options.records === undefined ? cookieFinder(options) : recordFinder(options);
  const { records, userId = loginOf } = options;
  return {
    keyOf: (cookie) => finder.keyOf(cookie),
    async read(cookie, now) {
      const key = finder.keyOf(cookie);
      if (key === null) return null;
      const found = await finder.find(key, now);
      if (found === null || 'refused' in found) return found;
      const { data, expiresAt } = found;
      const remove = async (): Promise<void> => {
        await records?.delete?.(key);
      };
      const session = { ...takenApart(data), userId: userId(data), expiresAt, remove };
      return isEmpty(session) ? null : { session };
    },
  };
}

function cookieFinder(options: FlaskCookieSourceOptions): Finder {
  const signer = cookieSigner(options);
  const maxAge = maxAgeOf(options.maxAge);
  return {
    keyOf: (cookie) => (isFlaskCookie(cookie, signer) ? cookie : null),
    async find(cookie, now) {
      const reading = readFlaskCookie(cookie, signer, maxAge, now);
      if (reading === null || 'refused' in reading) return reading;
      const { data, issued } = reading;
      // The last second of its age is inclusive.
      const end = (issued + maxAge + 1) * 1000;
      return { data, expiresAt: Number.isFinite(end) ? end : null };
    },
  };
}

function recordFinder(options: FlaskRecordSourceOptions): Finder {
  return {
    keyOf: sessionKeys(options),
    async find(key) {
      const bytes = await options.records.get(key);
      if (bytes === null || bytes.length === 0) return null;
      if (!ArrayBuffer.isView(bytes)) throw new TypeError('The records must be read as bytes, not as a string.');
      try {
        return { data: readFlaskSessionRecord(bytes), expiresAt: null };
      } catch (error) {
        if (error instanceof Unreadable || error instanceof FlaskPickleError) return { refused: error.message };
        throw error;
      }
    },
  };
}

/** Separates what Flask stores in the data, and this package beside it. */
function takenApart(all: FlaskData): Pick<FlaskSession, 'data' | 'permanent' | 'flashes'> {
  const { _permanent: permanent, _flashes: flashes, ...data } = plainValues(all);
  return { data, permanent: permanent === true, flashes: Array.isArray(flashes) ? flashes.flatMap(flashOf) : [] };
}

function flashOf(entry: unknown): FlashMessage[] {
  const [category, message] = Array.isArray(entry) ? (entry as unknown[]) : [];
  return typeof category === 'string' && typeof message === 'string' ? [{ category, message }] : [];
}

function loginOf({ _user_id: id }: FlaskData): string | number | null {
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? id : null;
}

/** A session without content, which Flask-Session may nevertheless have stored. */
function isEmpty({ data, flashes }: FlaskSession): boolean {
  return Object.keys(data).length === 0 && flashes.length === 0;
}
