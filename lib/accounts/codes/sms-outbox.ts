import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { loggable } from '../../config/loggable.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { ACCOUNTS_SMS_SENDER } from '../tokens.js';
import type { Sms, SmsSender } from './sms.js';

/** How many messages may be on their way. One more is lost. */
const most = 100;
/** How long one may take to be sent, and how long a shutdown waits, in ms. */
const patience = 10_000;

/** Hands messages to the sender. None is tried again: who waits for a code asks for another one. */
@Injectable()
export class SmsOutbox implements BeforeApplicationShutdown {
  readonly #logger = new Logger('AccountsModule');
  readonly #running = new Set<Promise<void>>();
  readonly #listeners: ((sms: Sms) => void)[] = [];

  constructor(
    private readonly afterAnswer: AfterAnswer,
    @Inject(ACCOUNTS_SMS_SENDER) private readonly sender: SmsSender,
  ) {}

  /** Calls a test's listener with each message from now on. */
  onSms(listener: (sms: Sms) => void): void {
    this.#listeners.push(listener);
  }

  send(sms: Sms): void {
    for (const listener of this.#listeners) listener(sms);
    if (this.#running.size >= most) {
      this.#logger.error(`A text message (${sms.kind}) was lost: ${String(most)} others are already being sent.`);
      return;
    }
    const running: Promise<void> = this.#hand(sms).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.afterAnswer.settled(patience);
    await Promise.all(this.#running);
  }

  async #hand(sms: Sms): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`the sender took longer than ${String(patience / 1_000)} seconds`));
      }, patience);
    });
    try {
      await Promise.race([this.sender.send(sms), timeIsUp]);
    } catch (error) {
      this.#logger.error(`A text message (${sms.kind}) was not sent: ${loggable(withoutSecrets(error, sms))}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Services quote what they were sent, and a log is no place for numbers and codes. */
function withoutSecrets(error: unknown, { to, text, code }: Sms): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const digits = to.slice(1);
  const plain = [text, to, digits, code].reduce((told, secret) => told.replaceAll(secret, '…'), message);
  const shown = new Error(plain);
  shown.name = name;
  delete shown.stack;
  return shown;
}
