import type { ExpressRecord } from './express-record.js';

/**
 * What keeps the sessions of express-session, reached by the session id that {@link decodeExpressCookie} gives.
 *
 * @publicApi
 */
export interface ExpressRecords {
  /**
   * The record, as JSON or as the object that it is; `null` where there is none, or it has expired. A rejection means that nobody
   * knows.
   */
  get(id: string): Promise<Uint8Array | string | ExpressRecord | null>;
  /** Removes the record; does nothing where there is none. Without it, old records are left until they expire. */
  delete?(id: string): Promise<unknown>;
  /**
   * Whether what it gives is always live, whatever the record says. A visit extends a session in the store and not in the record
   * itself, so that the time in there may be over for a session that is not. Default: false, and a record ends with its
   * `cookie.expires`.
   */
  readonly liveOnly?: boolean | undefined;
}
