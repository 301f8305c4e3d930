import type { AuditRow } from './audit-row.js';

/** Which rows to read. @publicApi */
export interface AuditRowQuery {
  /** Only those about an account, or that it has caused. Default: all. */
  readonly accountId?: string | undefined;
  /** Only those from this time on, in ms since the epoch. Default: from the first one. */
  readonly since?: number | undefined;
  /** Only those with a higher sequence. Default: all. */
  readonly after?: number | undefined;
  /** The most rows, 1 to 1000. Default: 100. */
  readonly limit?: number | undefined;
}

/**
 * Keeps the rows of the audit log. It neither makes nor checks them: whoever can write to it has no key, so that what they change is found by
 * the verification. Write one for a store of your own, and run its contract (`auditLogContract()` of `nestjs-session-auth/testing`).
 *
 * Where the store does not answer, methods reject.
 *
 * @publicApi
 */
export abstract class AuditLog {
  /** The row with the highest sequence; null: there is none. */
  abstract head(): Promise<AuditRow | null>;

  /**
   * Appends rows, all or none.
   *
   * @param rows at least one, with sequences that follow one another
   * @returns false: there is a row with one of these sequences, so that nothing was appended; of several that append the same sequence at the
   *   same time, in any process, one gets true
   */
  abstract append(rows: readonly AuditRow[]): Promise<boolean>;

  /** Rows in the order of their sequence. @throws RangeError for a limit that is not one */
  abstract list(query?: AuditRowQuery): Promise<readonly AuditRow[]>;

  /** Removes all rows up to a sequence, this one included, all or none. @returns how many this call has removed */
  abstract prune(upTo: number): Promise<number>;
}
