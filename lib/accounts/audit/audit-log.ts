import type { AuditRow } from './audit-row.js';

/** A query for rows. @publicApi */
export interface AuditRowQuery {
  /** Only rows about an account, or that it caused. Default: all. */
  readonly accountId?: string | undefined;
  /** Only rows from this time on, in ms since the epoch. Default: from the first one. */
  readonly since?: number | undefined;
  /** Only rows with a higher sequence. Default: all. */
  readonly after?: number | undefined;
  /** The maximum number of rows, 1 to 1000. Default: 100. */
  readonly limit?: number | undefined;
}

/**
 * Stores the rows of the audit log. It neither creates nor verifies them, and has no key, so that the verification finds whatever is
 * changed in the store. Write one for your own store, and test it with the contract (`auditLogContract()` of
 * `nestjs-session-auth/testing`).
 *
 * If the store does not respond, methods reject.
 *
 * @publicApi
 */
export abstract class AuditLog {
  /** The row with the highest sequence; null: the log is empty. */
  abstract head(): Promise<AuditRow | null>;

  /**
   * Appends rows, all or none.
   *
   * @param rows at least one, with consecutive sequences @returns false: a row with one of these sequences exists, and nothing was
   * appended. If several calls append the same sequence at the same time, in any process, one returns true
   */
  abstract append(rows: readonly AuditRow[]): Promise<boolean>;

  /** Rows in the order of their sequence. @throws RangeError for an invalid limit */
  abstract list(query?: AuditRowQuery): Promise<readonly AuditRow[]>;

  /** Removes all rows up to and including a sequence, all or none. @returns how many this call removed */
  abstract prune(upTo: number): Promise<number>;
}
