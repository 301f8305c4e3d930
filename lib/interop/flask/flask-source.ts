import type { FlashMessage } from '../../session/flash.js';
import { cookieSigner, maxAgeOf, readFlaskCookie } from './flask-cookie.js';
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
export interface FlaskSession {
  /** What the application kept, in values that a session of this package can keep. */
  readonly data: FlaskData;
  /** `session.permanent`. */
  readonly permanent: boolean;
  /** The messages that were not shown yet. */
  readonly flashes: readonly FlashMessage[];
  /** Who is logged in. */
  readonly userId: string | number | null;
  /** Removes the old record, where there is one that can be removed. Until then Flask knows the session, too. */
  remove(): Promise<void>;
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
   * @param cookie the value of the session cookie, as the browser sent it.
   * @param now in seconds. Default: the clock's.
   * @throws what the reader of the records throws.
   */
  read(cookie: string, now?: number): Promise<FlaskReading>;
}

/** What was found under a cookie, before it is looked at. */
type Found = { readonly data: FlaskData; readonly key?: string } | { readonly refused: string } | null;

/**
 * @throws RangeError if a secret is empty or missing, or the age makes no sense.
 * @throws TypeError if the fallbacks are no list.
 * @publicApi
 */
export function flaskSource(options: FlaskSourceOptions): FlaskSource {
  const find = options.records === undefined ? cookieFinder(options) : recordFinder(options);
  const { records, userId = loginOf } = options;
  return {
    async read(cookie, now) {
      const found = await find(cookie, now);
      if (found === null || 'refused' in found) return found;
      const { data, key } = found;
      const remove = async (): Promise<void> => {
        if (key !== undefined) await records?.delete?.(key);
      };
      const session = { ...takenApart(data), userId: userId(data), remove };
      return isEmpty(session) ? null : { session };
    },
  };
}

function cookieFinder(options: FlaskCookieSourceOptions): (cookie: string, now?: number) => Promise<Found> {
  const signer = cookieSigner(options);
  const maxAge = maxAgeOf(options.maxAge);
  return async (cookie, now) => readFlaskCookie(cookie, signer, maxAge, now);
}

function recordFinder(options: FlaskRecordSourceOptions): (cookie: string) => Promise<Found> {
  const keyOf = sessionKeys(options);
  return async (cookie) => {
    const key = keyOf(cookie);
    const bytes = key === null ? null : await options.records.get(key);
    if (key === null || bytes === null || bytes.length === 0) return null;
    if (!ArrayBuffer.isView(bytes)) throw new TypeError('The records must be read as bytes, not as text.');
    try {
      return { data: readFlaskSessionRecord(bytes), key };
    } catch (error) {
      if (error instanceof Unreadable || error instanceof FlaskPickleError) return { refused: error.message };
      throw error;
    }
  };
}

/** Flask keeps among the data what this package keeps beside them. */
function takenApart(all: FlaskData): Omit<FlaskSession, 'userId' | 'remove'> {
  const { _permanent: permanent, _flashes: flashes, ...data } = plainValues(all);
  return { data, permanent: permanent === true, flashes: Array.isArray(flashes) ? flashes.flatMap(flashOf) : [] };
}

function flashOf(entry: unknown): FlashMessage[] {
  const [category, message] = Array.isArray(entry) ? (entry as unknown[]) : [];
  return typeof category === 'string' && typeof message === 'string' ? [{ category, message }] : [];
}

function loginOf({ _user_id: id }: FlaskData): string | number | null {
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/** A session that nobody wrote to, though Flask-Session may have kept it. */
function isEmpty({ data, flashes }: FlaskSession): boolean {
  return Object.keys(data).length === 0 && flashes.length === 0;
}
