import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { loggable } from '../../config/loggable.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountPaths } from '../http/account-paths.js';
import { MessageCatalog } from '../messages/messages.js';
import { AfterAnswer } from './after-answer.js';
import type { Mail, MailData, Mailer, MailKind } from './mail.js';
import { MemoryMailQueue, type MailQueue } from './mail-queue.js';
import { plainTemplate } from './mail-templates.js';
import { SmtpMailer } from './smtp-mailer.js';
import { ACCOUNTS_MAILER } from '../tokens.js';

/** How long a shutdown waits for mails, in ms. */
const DRAIN = 10_000;
/** Before each further attempt to send a mail, in ms. */
const retryAfter = [1_000, 5_000, 30_000, 120_000, 600_000];
/** How many mails are sent at a time. */
const parallel = 4;

/** Whom a mail is for: never an address from a request, where there is an account. */
export interface Recipient {
  readonly email: string;
  /** The account's language; null: as the request says. */
  readonly locale: string | null;
}

/** Makes mails and hands them to the queue. */
@Injectable()
export class AccountMails implements OnModuleInit, BeforeApplicationShutdown {
  readonly #logger = new Logger('AccountsModule');
  readonly #queue: MailQueue;
  readonly #listeners: ((mail: Mail) => void)[] = [];

  constructor(
    private readonly config: AccountsConfig,
    private readonly paths: AccountPaths,
    private readonly messages: MessageCatalog,
    private readonly afterAnswer: AfterAnswer,
    @Inject(ACCOUNTS_MAILER) private readonly mailer: Mailer,
  ) {
    const { queue, queueSize } = config.options.mail;
    this.#queue =
      queue ??
      new MemoryMailQueue(mailer, {
        size: queueSize,
        retryAfter,
        parallel,
        report: (message) => {
          this.#logger.error(message);
        },
      });
  }

  /** @throws SessionPeerMissingError without nodemailer */
  async onModuleInit(): Promise<void> {
    if (this.mailer instanceof SmtpMailer) await this.mailer.load();
  }

  /** Calls a test's listener with each mail from now on. */
  onMail(listener: (mail: Mail) => void): void {
    this.#listeners.push(listener);
  }

  /** Renders a mail and queues it. Call it after the answer. */
  async send(kind: MailKind, to: Recipient, acceptLanguage: string | undefined, data: MailData): Promise<void> {
    const mail = this.#render(kind, to, acceptLanguage, data);
    for (const listener of this.#listeners) listener(mail);
    try {
      await this.#queue.add(mail);
    } catch (error) {
      this.#logger.error(`An email (${kind}) was not queued: ${loggable(error)}`);
    }
  }

  /** Renders a mail and drops it: as much work as for an address that has an account. */
  rehearse(kind: MailKind, to: Recipient, acceptLanguage: string | undefined, data: MailData): void {
    this.#render(kind, to, acceptLanguage, data);
  }

  #render(kind: MailKind, to: Recipient, acceptLanguage: string | undefined, data: MailData): Mail {
    const texts = this.messages.textsFor(to.locale, acceptLanguage);
    const { site, sender } = this.paths;
    const template = this.config.options.mail.templates[kind] ?? plainTemplate;
    const content = template({ ...data, kind, site, locale: texts.locale, texts });
    return { ...content, to: to.email, from: sender, kind, data };
  }

  async beforeApplicationShutdown(): Promise<void> {
    const begunAt = Date.now();
    const unmade = await this.afterAnswer.settled(DRAIN);
    const lost = unmade + ((await this.#queue.drain?.(Math.max(0, DRAIN - (Date.now() - begunAt)))) ?? 0);
    if (lost > 0) {
      this.#logger.error(`${String(lost)} emails were lost at shutdown, since they could not be sent in time.`);
    }
    if (this.mailer instanceof SmtpMailer) await this.mailer.close();
  }
}
