import { Inject, Injectable } from '@nestjs/common';
import { SessionAbilityMissingError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountValueError } from '../errors.js';
import type { JsonObject } from '../repository/json.js';
import { anchorIn, anchorText } from './audit-anchor.js';
import { AuditChain } from './audit-chain.js';
import type { AuditLog } from './audit-log.js';
import { pruningEntry } from './audit-pruning.js';
import type { AuditEntry, AuditRow } from './audit-row.js';
import { verification, type AuditVerification } from './audit-verification.js';
import { AuditWriter } from './audit-writer.js';

/** A query for rows of the audit log. @publicApi */
export interface AuditSearch {
  /** Only rows about an account, or that it caused. Default: all. */
  readonly account?: string | undefined;
  /** Only rows from this time on. Default: from the first one. */
  readonly since?: Date | undefined;
  /** The `sequence` of the last row of the previous page. */
  readonly after?: number | undefined;
  /** The maximum number of rows in a page, 1 to 1000. Default: 100. */
  readonly limit?: number | undefined;
}

/** A row of the audit log. @publicApi */
export interface AuditedEvent extends Omit<AuditEntry, 'at' | 'data'> {
  /** Counts the rows, from 1. */
  readonly sequence: number;
  readonly at: Date;
  /** The other fields of the event; null: they were changed, and cannot be read. */
  readonly data: JsonObject | null;
}

/** Reads and verifies the audit log of accounts, in the application's own code. The command uses it, too. @publicApi */
@Injectable()
export class AuditService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly chain: AuditChain,
    private readonly writer: AuditWriter,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /**
   * A page of rows, in the order in which they were written, without verification. @throws SessionAbilityMissingError without an audit log
   */
  async list({ account, since, after, limit }: AuditSearch = {}): Promise<readonly AuditedEvent[]> {
    const rows = await this.#log.list({ accountId: account, since: since?.getTime(), after, limit });
    return rows.map(eventOf);
  }

  /**
   * The head of the log: keep it in a place that somebody with access to the database cannot write to, and pass it to {@link verify} later.
   * Null: there is no row.
   *
   * @throws SessionAbilityMissingError without an audit log
   */
  async head(): Promise<string | null> {
    const row = await this.#log.head();
    return row && anchorText(row);
  }

  /**
   * Reads the whole log, and reports the first row that is not as it was written.
   *
   * @param head a former result of {@link head}: without it, rows that were removed from the end are not noticed @throws AccountValueError
   * for an invalid head; SessionAbilityMissingError without an audit log
   */
  async verify({ head = null }: { readonly head?: string | null | undefined } = {}): Promise<AuditVerification> {
    const anchor = head === null ? null : anchorIn(head);
    if (head !== null && anchor === null) {
      throw new AccountValueError('head', 'it is none: expected what head() has returned, <sequence>.<signature>.');
    }
    return verification(this.#log, this.chain, anchor);
  }

  /**
   * Removes rows that are older than a time, up to the first that is not. A new row records that, and the chain then starts after them.
   *
   * @returns how many were removed
   * @throws SessionAbilityMissingError without an audit log
   */
  async prune(before: Date): Promise<number> {
    const log = this.#log;
    const [youngest] = await log.list({ since: before.getTime(), limit: 1 });
    const last = youngest === undefined ? await log.head() : await this.#rowAt(log, youngest.sequence - 1);
    if (last === null) return 0;
    // First, or rows that somebody else has removed could not be told from these.
    await this.writer.append(log, pruningEntry(last, this.runtime.now()));
    return log.prune(last.sequence);
  }

  /** Null: it has none, or has been pruned already. */
  async #rowAt(log: AuditLog, sequence: number): Promise<AuditRow | null> {
    const [row] = await log.list({ after: sequence - 1, limit: 1 });
    return row?.sequence === sequence ? row : null;
  }

  get #log(): AuditLog {
    const { log } = this.config.options.audit;
    if (log !== null) return log;
    throw new SessionAbilityMissingError(
      'There is no audit log of accounts: pass one to AccountsModule as audit: { log: new KyselyAuditLog(database) }.',
    );
  }
}

function eventOf({ sequence, at, event, accountId, actor, actorId, address, userAgent, data }: AuditRow): AuditedEvent {
  return { sequence, at: new Date(at), event, accountId, actor, actorId, address, userAgent, data: objectIn(data) };
}

function objectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
