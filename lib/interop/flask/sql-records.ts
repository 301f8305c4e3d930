import type { FlaskRecords } from './records.js';

/** A row of Flask-Session's table. @publicApi */
export interface FlaskSessionRow {
  /** The column `data`. */
  readonly data: Uint8Array | null;
  /**
   * The column `expiry`, a time in UTC without a time zone: as a string from the database, or as a Date if the driver reads it
   * as UTC. Many drivers read it as local time; select it as a string.
   */
  readonly expiry: string | Date | null;
}

/** Access to Flask-Session's table. @publicApi */
export interface FlaskSessionTable {
  /** The row whose `session_id` is `key`, the whole key with its prefix. */
  find(key: string): Promise<FlaskSessionRow | null | undefined>;
  /** Removes that row. */
  remove?(key: string): Promise<unknown>;
}

const naive = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/;

/**
 * The records that Flask-Session keeps in a database (`SESSION_TYPE=sqlalchemy` or `postgresql`): table `sessions` or
 * `flask_sessions`, columns `session_id`, `data`, `expiry`. A row without an expiry counts as expired, as in Flask-Session.
 *
 * @param now the clock, in milliseconds. Default: the system clock.
 * @publicApi
 */
export function flaskSqlRecords(table: FlaskSessionTable, now: () => number = Date.now): FlaskRecords {
  const records: FlaskRecords = {
    async get(key) {
      const row = (await table.find(key)) ?? null;
      return row !== null && expiresAt(row.expiry) > now() ? row.data : null;
    },
  };
  if (table.remove !== undefined) records.delete = (key) => table.remove?.(key) ?? Promise.resolve();
  return records;
}

/** In milliseconds; an invalid time counts as expired. */
function expiresAt(expiry: string | Date | null): number {
  if (expiry === null) return -Infinity;
  const time = typeof expiry === 'string' ? Date.parse(expiry.replace(naive, '$1T$2Z')) : expiry.getTime();
  return Number.isNaN(time) ? -Infinity : time;
}
