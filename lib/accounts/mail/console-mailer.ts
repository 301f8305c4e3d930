import { Logger } from '@nestjs/common';
import type { Mail, Mailer } from './mail.js';

/**
 * Writes mails to the log instead of sending them, with their links: for development. In production, the application does not start with
 * it, since the log would contain what only the recipients may have.
 */
export class ConsoleMailer implements Mailer {
  readonly #logger = new Logger('Mail');

  send({ to, subject, text }: Mail): undefined {
    this.#logger.log(`To ${to}: ${subject}\n\n${text}`);
  }
}

/** A mailer that writes emails to the log, for development only. @publicApi */
export function consoleMailer(): Mailer {
  return new ConsoleMailer();
}
