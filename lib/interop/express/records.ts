import type { ExpressRecord } from './express-record.js';

/**
 * Access to the sessions of express-session, by the session id that {@link decodeExpressCookie} returns.
 *
 * @publicApi
 */
export interface ExpressRecords {
  /** The record, as JSON or as an object; `null` if it is absent or has expired. Reject if that cannot be determined. */
  get(id: string): Promise<Uint8Array | string | ExpressRecord | null>;
  /** Removes the record; a no-op if it is absent. Without this method, old records are left until they expire. */
  delete?(id: string): Promise<unknown>;
  /**
   * Whether every record returned is live, whatever its content says. A visit extends a session in the store but not in the
   * record itself, so the time in it may be over although the session is live. Default: false, and a record expires at its
   * `cookie.expires`.
   */
  readonly liveOnly?: boolean | undefined;
}
