import type { AuditAnchor } from './audit-anchor.js';
import { anchorText } from './audit-anchor.js';
import type { AuditChain } from './audit-chain.js';
import type { AuditLog } from './audit-log.js';
import type { AuditRow } from './audit-row.js';
import { prunedIn, type Pruned } from './audit-pruning.js';

/** How many rows are read at a time. */
const page = 500;

/**
 * The problem with a row. `changed`: it is not as it was written. `inserted`: the application did not write it. `removed`: it is missing.
 * `cut-off`: it is missing with all later rows, or others have replaced them. `unknown-key`: it is signed with a key that is not
 * configured, see `audit.formerKeys`.
 *
 * @publicApi
 */
export type AuditProblem = 'changed' | 'inserted' | 'removed' | 'cut-off' | 'unknown-key';

/** The result of a verification. @publicApi */
export interface AuditVerification {
  /** The number of valid rows, up to the first that is not. */
  readonly rows: number;
  /** The sequence of the first row; null: there is none. */
  readonly first: number | null;
  /** The head of the log, to be kept elsewhere for {@link AuditService.verify}; null: there is no row, or there is a problem. */
  readonly head: string | null;
  /** The first row with a problem; null: none. */
  readonly broken: { readonly sequence: number; readonly problem: AuditProblem } | null;
}

/** Walks the whole log, in pages. */
export async function verification(
  log: AuditLog,
  chain: AuditChain,
  anchor: AuditAnchor | null,
): Promise<AuditVerification> {
  let before: AuditRow | null = null;
  let first: AuditRow | null = null;
  let rows = 0;
  const pruned: Pruned[] = [];
  const found = (sequence: number, problem: AuditProblem): AuditVerification => ({
    rows,
    first: first?.sequence ?? null,
    head: null,
    broken: { sequence, problem },
  });
  for (let ahead = await log.list({ limit: page }); ahead.length > 0;) {
    const next: readonly AuditRow[] = await log.list({ after: ahead.at(-1)?.sequence ?? 0, limit: page });
    for (const [index, row] of ahead.entries()) {
      const problem = problemOf(chain, before, row, ahead[index + 1] ?? next[0] ?? null);
      if (problem !== null) return found(problem === 'removed' ? (before?.sequence ?? 0) + 1 : row.sequence, problem);
      // Its end was cut off, and others came in the place of what was there.
      if (anchor?.sequence === row.sequence && anchor.signature !== row.signature) {
        return found(row.sequence, 'cut-off');
      }
      const statement = prunedIn(row);
      if (statement !== null) pruned.push(statement);
      first ??= row;
      before = row;
      rows++;
    }
    ahead = next;
  }
  // What is missing at the beginning must be what a row says was pruned.
  if (first !== null && first.sequence > 1) {
    const { sequence, previous } = first;
    const isPruned = pruned.some(({ upTo, signature }) => upTo === sequence - 1 && signature === previous);
    if (!isPruned) return found(1, 'removed');
  }
  if (anchor !== null && anchor.sequence > (before?.sequence ?? 0)) {
    return found((before?.sequence ?? 0) + 1, 'cut-off');
  }
  return { rows, first: first?.sequence ?? null, head: before && anchorText(before), broken: null };
}

/** Null: the row is as it was written, and follows the one before it. */
function problemOf(
  chain: AuditChain,
  before: AuditRow | null,
  row: AuditRow,
  next: AuditRow | null,
): AuditProblem | null {
  if (before !== null && row.sequence !== before.sequence + 1) return 'removed';
  const standing = chain.verify(row);
  if (standing === 'unknown-key') return 'unknown-key';
  // The row after it has the signature of the one that was there.
  if (standing === 'invalid') return next === null || next.previous === row.signature ? 'changed' : 'inserted';
  return before !== null && row.previous !== before.signature ? 'inserted' : null;
}
