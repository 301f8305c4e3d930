import type { AuditEntry, AuditRow } from './audit-row.js';

/** The event of a row which says that older rows were removed on purpose: the chain begins after them. */
const event = 'auditPruned';

/** What was removed. */
export interface Pruned {
  /** The sequence of the last row that was removed. */
  readonly upTo: number;
  /** Its signature. */
  readonly signature: string;
}

export function pruningEntry({ sequence, signature }: AuditRow, at: number): AuditEntry {
  const data = JSON.stringify({ upTo: sequence, signature });
  return { at, event, accountId: null, actor: 'application', actorId: null, address: null, userAgent: null, data };
}

/** What a row that is signed says was removed; null: nothing. */
export function prunedIn(row: AuditRow): Pruned | null {
  if (row.event !== event) return null;
  const { upTo, signature } = JSON.parse(row.data) as Pruned;
  return { upTo, signature };
}
