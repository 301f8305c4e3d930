import {
  Inject,
  Injectable,
  Logger,
  type ServiceUnavailableException,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { loggable } from '../../config/loggable.js';
import { serviceUnavailable } from '../../http/session-exception.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { AuditChain } from './audit-chain.js';
import type { AuditLog } from './audit-log.js';
import type { AuditEntry, AuditRow } from './audit-row.js';

/** How many rows are appended at once. */
const batch = 50;
/** Before each further attempt, in ms; the last one again and again. */
const retryAfter = [1_000, 5_000, 30_000];
/** How long a shutdown waits, in ms. */
const drainFor = 10_000;

/** Who waits until their rows are written. */
interface Waiting {
  /** How many rows had been added by then. */
  readonly upTo: number;
  readonly settle: (error: unknown) => void;
}

/** Writes rows in the order in which they came, several at once, with one statement where nobody else writes. */
@Injectable()
export class AuditWriter implements BeforeApplicationShutdown {
  readonly #logger = new Logger('AccountsModule');
  #entries: AuditEntry[] = [];
  #waiting: Waiting[] = [];
  /** How many rows were taken, and how many of them are written. */
  #added = 0;
  #done = 0;
  /** How many were lost since the last row. */
  #lost = 0;
  #isWriting = false;
  /** The last row, as far as known; undefined: not known. */
  #head: AuditRow | null | undefined;
  /** Rows that may have been written although that failed: their last one, and what they were. */
  #doubt: { readonly last: AuditRow; readonly count: number; readonly lost: number } | null = null;
  readonly #stopping = new AbortController();

  constructor(
    private readonly config: AccountsConfig,
    private readonly chain: AuditChain,
    private readonly afterAnswer: AfterAnswer,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** Adds a row, which is written soon. */
  add(entry: AuditEntry): void {
    const { log, queueSize } = this.config.options.audit;
    if (log === null) return;
    if (this.#entries.length >= queueSize) {
      this.#lost++;
      return;
    }
    this.#added++;
    this.#entries.push(entry);
    this.#begin(log);
  }

  /**
   * Waits for all rows so far, if answers have to.
   *
   * @throws ServiceUnavailableException if they cannot be written at the moment; they still wait
   */
  async written(): Promise<void> {
    const { log, onError } = this.config.options.audit;
    if (log === null || onError === 'report') return;
    if (this.#lost > 0) throw unavailable();
    if (this.#done >= this.#added) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (error: unknown): void => {
        if (error === null) resolve();
        else reject(unavailable(error));
      };
      this.#waiting.push({ upTo: this.#added, settle });
    });
  }

  /** Waits for all rows so far. @returns how many are still not written after `ms` milliseconds */
  async drain(ms: number): Promise<number> {
    const end = performance.now() + ms;
    while (this.#isWriting && performance.now() < end) await pause(5);
    return this.#entries.length;
  }

  /** Appends a row of the log itself, whatever waits. */
  async append(log: AuditLog, entry: AuditEntry): Promise<void> {
    this.#head = await this.#append(log, [entry]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { log } = this.config.options.audit;
    if (log === null) return;
    await this.afterAnswer.settled(drainFor);
    // What waits for the next attempt has it now.
    this.#stopping.abort();
    const left = (await this.drain(drainFor)) + this.#lost;
    if (left > 0) {
      this.#logger.error(
        `Rows of the audit log were lost at shutdown, since they could not be written in time: ${String(left)}.`,
      );
    }
  }

  #begin(log: AuditLog): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    // With the rows that this turn of the event loop adds.
    setImmediate(() => void this.#write(log));
  }

  async #write(log: AuditLog): Promise<void> {
    for (let failures = 0; this.#entries.length > 0;) {
      try {
        await this.#writeNext(log);
        failures = 0;
        this.#settle(null);
      } catch (error) {
        this.#head = undefined;
        const waiting = String(this.#entries.length);
        this.#logger.error(`The audit log cannot be written. Rows that wait: ${waiting}. ${loggable(error)}`);
        this.#settle(error);
        if (this.#stopping.signal.aborted && failures > 0) break;
        await this.#pause(retryAfter[Math.min(failures++, retryAfter.length - 1)] ?? 0);
      }
    }
    this.#isWriting = false;
  }

  async #writeNext(log: AuditLog): Promise<void> {
    if (this.#doubt !== null) {
      const { last, count, lost } = this.#doubt;
      const [found] = await log.list({ after: last.sequence - 1, limit: 1 });
      this.#doubt = null;
      if (found?.signature === last.signature) {
        this.#note(found, count, lost);
        return;
      }
    }
    const entries = this.#entries.slice(0, batch);
    const count = entries.length;
    const lost = this.#lost;
    const last = await this.#append(log, lost > 0 ? [...entries, this.#gapOf(lost)] : entries, (row) => {
      this.#doubt = { last: row, count, lost };
    });
    this.#note(last, count, lost);
  }

  #note(head: AuditRow, count: number, lost: number): void {
    this.#head = head;
    this.#doubt = null;
    this.#entries.splice(0, count);
    this.#done += count;
    this.#lost -= lost;
  }

  /** Against the last row that is known: if another process was faster, against the one that is there now. */
  async #append(
    log: AuditLog,
    entries: readonly AuditEntry[],
    inDoubt: (last: AuditRow) => void = () => undefined,
  ): Promise<AuditRow> {
    for (let attempt = 1; ; attempt++) {
      const head = this.#head === undefined ? await log.head() : this.#head;
      const rows = this.chain.link(head, entries);
      const last = rows.at(-1);
      if (last === undefined) throw new RangeError('There is no row to append.');
      inDoubt(last);
      if (await log.append(rows)) return last;
      this.#head = undefined;
      await pause(randomInt(Math.min(2 ** attempt, 64)));
    }
  }

  #settle(error: unknown): void {
    const isSettled = ({ upTo }: Waiting): boolean => error !== null || upTo <= this.#done;
    const settled = this.#waiting.filter(isSettled);
    this.#waiting = this.#waiting.filter((one) => !isSettled(one));
    for (const { settle } of settled) settle(error);
  }

  #gapOf(lost: number): AuditEntry {
    const nobody = { accountId: null, actor: 'application', actorId: null, address: null, userAgent: null } as const;
    return { at: this.runtime.now(), event: 'auditGap', ...nobody, data: JSON.stringify({ lost }) };
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

function unavailable(cause?: unknown): ServiceUnavailableException {
  return serviceUnavailable('This cannot be recorded at the moment. Try again.', cause);
}
