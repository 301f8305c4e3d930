/**
 * The statements of the store. Each is one statement that carries its own condition, so the database makes it atomic, and
 * each is one round trip. `?` stands for a parameter, in the order that is given here; a time to live is in milliseconds.
 */
export interface Statements {
  /** (key) → `record`, `version`; no row where there is none, or it has expired. */
  readonly read: string;
  /** (key, owner, record, version, ttl) Changes a row where there was none, or one that had expired, and none otherwise. */
  readonly create: string;
  /**
   * (owner, record, version, ttl, key) For a dialect whose `create` cannot replace what has expired: does that. `null`
   * otherwise.
   */
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
  /** (owner, key to spare) */
  readonly deleteOwnedExcept: string;
  /** (limit) Removes that many of those that have expired, the oldest first. */
  readonly prune: string;
  /** (limit) → `session_key`, in order. */
  readonly keys: string;
  /** (last key, limit) → `session_key`, those that follow it. */
  readonly keysAfter: string;
  /** (owner, limit) → `session_key`, in order. */
  readonly owned: string;
  /** (owner, last key, limit) → `session_key`, those that follow it. */
  readonly ownedAfter: string;
}

/** What the statements of a dialect have in common. */
export interface Wording {
  /** The table's name, quoted. */
  readonly table: string;
  /** The time of the database, in milliseconds since the epoch: all processes go by this one clock. */
  readonly now: string;
  /** Writes the parameters as the dialect has them. */
  readonly finish: (text: string) => string;
}

/** Those that all dialects write alike. */
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

/** Those that PostgreSQL and SQLite write alike. */
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
