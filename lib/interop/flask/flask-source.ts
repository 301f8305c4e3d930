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

/** Where a Flask application keeps its sessions: in Flask's own signed cookie, or by Flask-Session. @publicApi */
export type FlaskSourceOptions = FlaskCookieSourceOptions | FlaskRecordSourceOptions;

interface LoginOptions {
  /**
   * Who is logged in, from the session's data; `null`: nobody. Default: what Flask-Login and Flask-Security keep under `_user_id`.
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
  /** What keeps the records: `flaskRedisRecords`, `flaskFileRecords`, `flaskSqlRecords`, or anything else that has them. */
  readonly records: FlaskRecords;
}

/** A live session of a Flask application. @publicApi */
export interface FlaskSession extends ForeignSession {
  /** What the application kept, in values that a session of this package can keep. */
  readonly data: FlaskData;
  /** The age that a cookie may have is counted from its issue. Of a record it is not known when it ends: a visit puts that off. */
  readonly expiresAt: number | null;
}

/**
 * What a cookie led to: a session; nothing, or nothing that is valid (`null`); or something that Flask seems to have written
 * and that cannot be read, with the reason, a sentence for the log.
 *
 * @publicApi
 */
export type FlaskReading = { readonly session: FlaskSession } | { readonly refused: string } | null;

/** Reads the sessions of a Flask application. @publicApi */
export interface FlaskSource {
  /**
   * Which session a cookie names, if it is genuine: the cookie itself, where that holds the session; otherwise the key of its
   * record, which may be none.
   */
  keyOf(cookie: string): string | null;
  /**
   * @param cookie the value of the session cookie, as the browser sent it.
   * @param now in seconds. Default: the clock's.
   * @throws what the reader of the records throws.
   */
  read(cookie: string, now?: number): Promise<FlaskReading>;
}

/** What was found under a cookie, before it is looked at. */
type Found = { readonly data: FlaskData; readonly expiresAt: number | null } | { readonly refused: string } | null;

/** How sessions are found: by their keys, and what is under a key. */
interface Finder {
  keyOf(cookie: string): string | null;
  find(key: string, now?: number): Promise<Found>;
}

/**
 * @throws RangeError if a secret is empty or missing, or the age makes no sense.
 * @throws TypeError if the fallbacks are no list.
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
      // The last second of its age still counts.
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
      if (!ArrayBuffer.isView(bytes)) throw new TypeError('The records must be read as bytes, not as text.');
      try {
        return { data: readFlaskSessionRecord(bytes), expiresAt: null };
      } catch (error) {
        if (error instanceof Unreadable || error instanceof FlaskPickleError) return { refused: error.message };
        throw error;
      }
    },
  };
}

/** Flask keeps among the data what this package keeps beside them. */
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

/** A session that nobody wrote to, though Flask-Session may have kept it. */
function isEmpty({ data, flashes }: FlaskSession): boolean {
  return Object.keys(data).length === 0 && flashes.length === 0;
}
