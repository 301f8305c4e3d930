import { pageLimit } from '../repository/page-limit.js';
import { AuditLog, type AuditRowQuery } from './audit-log.js';
import type { AuditRow } from './audit-row.js';

/** Stores the audit log in memory, for development and tests: it is lost when the process ends. @publicApi */
export class MemoryAuditLog extends AuditLog {
  readonly #rows: AuditRow[] = [];

  override head(): Promise<AuditRow | null> {
    return Promise.resolve(this.#rows.at(-1) ?? null);
  }

  override append(rows: readonly AuditRow[]): Promise<boolean> {
    const newest = this.#rows.at(-1)?.sequence ?? 0;
    if (rows.some(({ sequence }) => sequence <= newest)) return Promise.resolve(false);
    this.#rows.push(...rows.map((row) => Object.freeze({ ...row })));
    return Promise.resolve(true);
  }

  override list({ accountId, since, after = 0, limit }: AuditRowQuery = {}): Promise<readonly AuditRow[]> {
    const most = pageLimit(limit);
    const found = this.#rows.filter(
      (row) =>
        row.sequence > after &&
        (since === undefined || row.at >= since) &&
        (accountId === undefined || row.accountId === accountId || row.actorId === accountId),
    );
    return Promise.resolve(found.slice(0, most));
  }

  override prune(upTo: number): Promise<number> {
    const kept = this.#rows.findIndex(({ sequence }) => sequence > upTo);
    return Promise.resolve(this.#rows.splice(0, kept === -1 ? this.#rows.length : kept).length);
  }
}
