import { loggable } from '../../config/loggable.js';
import { timerDelay } from '../../config/timer.js';
import { assertSendable, MailRejectedError, type Mail, type Mailer } from './mail.js';

/**
 * A queue of emails. The default queue is in memory; one of your own, for example with BullMQ, keeps them until a worker has sent them with
 * your mailer.
 *
 * @publicApi
 */
export interface MailQueue {
  /** An error means that the email was not accepted; it is logged. */
  add(mail: Mail): Promise<unknown> | undefined;
  /** Sends the waiting emails, for at most `ms` milliseconds. @returns how many were lost */
  drain?(ms: number): Promise<number>;
}

/** What the queue in this process needs. */
export interface MemoryMailQueueOptions {
  /** How many mails may wait; one more is lost. */
  readonly size: number;
  /** How long to wait before each further attempt, in ms; as many as there are. */
  readonly retryAfter: readonly number[];
  /** How many mails are sent at a time. */
  readonly parallel: number;
  /** Logs an error. No text contains an address or a token. */
  readonly report: (message: string) => void;
}

interface Waiting {
  readonly mail: Mail;
  attempts: number;
}

/** Keeps mails in the memory of this process until they are sent, with retries. */
export class MemoryMailQueue implements MailQueue {
  readonly #ready: Waiting[] = [];
  /** Those whose next attempt is later. */
  readonly #delayed = new Map<Waiting, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #isDraining = false;
  #lost = 0;

  constructor(
    private readonly mailer: Mailer,
    private readonly options: MemoryMailQueueOptions,
  ) {}

  /** How many mails are not sent yet. */
  get length(): number {
    return this.#ready.length + this.#delayed.size + this.#running.size;
  }

  add(mail: Mail): undefined {
    assertSendable(mail);
    if (this.length >= this.options.size) {
      this.#lost++;
      const { size, report } = this.options;
      report(`An email (${mail.kind}) is lost: ${String(size)} others wait, which is the maximum (mail.queueSize).`);
      return;
    }
    this.#ready.push({ mail, attempts: 0 });
    this.#next();
  }

  async drain(ms: number): Promise<number> {
    this.#isDraining = true;
    const lostBefore = this.#lost;
    for (const [waiting, timer] of this.#delayed) {
      clearTimeout(timer);
      this.#ready.push(waiting);
    }
    this.#delayed.clear();
    this.#next();
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<'up'>((resolve) => {
      timer = setTimeout(resolve, timerDelay(ms), 'up');
    });
    while (this.#running.size > 0 && (await Promise.race([timeIsUp, ...this.#running])) !== 'up');
    clearTimeout(timer);
    const lost = this.length + this.#lost - lostBefore;
    this.#ready.length = 0;
    return lost;
  }

  #next(): void {
    while (this.#running.size < this.options.parallel) {
      const waiting = this.#ready.shift();
      if (waiting === undefined) return;
      const sending: Promise<void> = this.#send(waiting).finally(() => {
        this.#running.delete(sending);
        this.#next();
      });
      this.#running.add(sending);
    }
  }

  async #send(waiting: Waiting): Promise<void> {
    const { mail } = waiting;
    const { retryAfter, report } = this.options;
    try {
      await this.mailer.send(mail);
    } catch (error) {
      const delay = retryAfter[waiting.attempts++];
      const why = loggable(errorWithoutRecipient(error, mail.to));
      if (delay === undefined || isFinal(error) || this.#isDraining) {
        this.#lost++;
        report(`An email (${mail.kind}) could not be sent, and is lost: ${why}`);
        return;
      }
      report(`An email (${mail.kind}) could not be sent, and will be retried in ${String(delay)} ms: ${why}`);
      const timer = setTimeout(() => {
        this.#delayed.delete(waiting);
        this.#ready.push(waiting);
        this.#next();
      }, timerDelay(delay));
      // A process that has nothing else to do must not wait for it: what is left is drained at shutdown.
      timer.unref();
      this.#delayed.set(waiting, timer);
    }
  }
}

/** A server that rejects a mail with 5xx, such as for an unknown mailbox, does so each time (RFC 5321, 4.2.1). */
function isFinal(error: unknown): boolean {
  if (error instanceof MailRejectedError) return true;
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return false;
  return typeof error.responseCode === 'number' && error.responseCode >= 500;
}

/** Servers quote the address in what they say, and a log is no place for the addresses of users. */
function errorWithoutRecipient(error: unknown, to: string): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const plain = new Error(message.replaceAll(to, 'the recipient'));
  plain.name = name;
  delete plain.stack;
  return plain;
}
