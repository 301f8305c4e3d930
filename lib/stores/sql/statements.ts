/**
 * The statements of the store. Each carries its own condition, so the database makes it atomic, and each takes one round trip.
 * `?` stands for a parameter, in the order given here; a time to live is in milliseconds.
 */
export interface Statements {
  /** (key) → `record`, `version`; no row if it is absent or has expired. */
  readonly read: string;
  /** (keys, as many as `count`) → `session_key`, `record`, `version` of those that have not expired, in no order. */
  readonly readMany: (count: number) => string;
  /** (key, owner, record, version, ttl) Inserts a row, or replaces an expired one; otherwise changes nothing. */
  readonly create: string;
  /** (owner, record, version, ttl, key) Replaces an expired row, for a dialect whose `create` cannot; otherwise `null`. */
  readonly replaceExpired: string | null;
  /** (record, version, ttl, key, expected version) Changes the row that still has the version. */
  readonly replace: string;
  /** (ttl, key) */
  readonly touch: string;
  /** (key) */
  readonly delete: string;
  /** (key, expected version) */
  readonly deleteVersion: string;
  /** (owner) */
  readonly deleteOwned: string;
  /** (owner, key to keep) */
  readonly deleteOwnedExcept: string;
  /** (limit) Removes up to that many expired rows, the oldest first. */
  readonly prune: string;
  /** (limit) → `session_key`, in order. */
  readonly keys: string;
  /** (last key, limit) → `session_key`, those after it. */
  readonly keysAfter: string;
  /** (owner, limit) → `session_key`, in order. */
  readonly owned: string;
  /** (owner, last key, limit) → `session_key`, those after it. */
  readonly ownedAfter: string;
}

/** The building blocks of a dialect's statements. */
export interface Wording {
  /** The table's name, quoted. */
  readonly table: string;
  /** The database's time, in milliseconds since the epoch: the one clock that all processes use. */
  readonly now: string;
  /** Rewrites the parameters for the dialect. */
  readonly finish: (text: string) => string;
}

/** The statements that are the same in all dialects. */
export function commonStatements({
  table,
  now,
  finish,
}: Wording): Omit<Statements, 'create' | 'replaceExpired' | 'touch' | 'prune'> {
  const isLive = `expires_at > ${now}`;
  const page = (condition: string): string =>
    finish(`SELECT session_key FROM ${table} WHERE ${condition}${isLive} ORDER BY session_key LIMIT ?`);
  const deletion = (condition: string): string => finish(`DELETE FROM ${table} WHERE ${condition} AND ${isLive}`);
  return {
    read: finish(`SELECT record, version FROM ${table} WHERE session_key = ? AND ${isLive}`),
    readMany: (count) =>
      finish(
        `SELECT session_key, record, version FROM ${table} WHERE session_key IN (${Array<string>(count).fill('?').join(', ')}) AND ${isLive}`,
      ),
    replace: finish(
      `UPDATE ${table} SET record = ?, version = ?, expires_at = ${now} + ? ` +
        `WHERE session_key = ? AND version = ? AND ${isLive}`,
    ),
    delete: deletion('session_key = ?'),
    deleteVersion: deletion('session_key = ? AND version = ?'),
    deleteOwned: deletion('owner = ?'),
    deleteOwnedExcept: deletion('owner = ? AND session_key <> ?'),
    keys: page(''),
    keysAfter: page('session_key > ? AND '),
    owned: page('owner = ? AND '),
    ownedAfter: page('owner = ? AND session_key > ? AND '),
  };
}

/** The statements that PostgreSQL and SQLite share. */
export function sharedStatements({
  table,
  now,
  finish,
}: Wording): Pick<Statements, 'create' | 'replaceExpired' | 'touch'> {
  return {
    create: finish(
      `INSERT INTO ${table} AS old (session_key, owner, record, version, expires_at) VALUES (?, ?, ?, ?, ${now} + ?) ` +
        'ON CONFLICT (session_key) DO UPDATE SET owner = excluded.owner, record = excluded.record, ' +
        `version = excluded.version, expires_at = excluded.expires_at WHERE old.expires_at <= ${now}`,
    ),
    replaceExpired: null,
    touch: finish(`UPDATE ${table} SET expires_at = ${now} + ? WHERE session_key = ? AND expires_at > ${now}`),
  };
}
