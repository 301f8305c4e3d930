import { Injectable } from '@nestjs/common';
import type { Mail, Mailer } from 'nestjs-session-auth/accounts';

/** A mail that the shop has sent. */
export interface SentMail {
  readonly mail: Mail;
  readonly at: Date;
}

/** How many mails are kept. */
const size = 50;

/** Keeps mails instead of sending them, in development. */
@Injectable()
export class MailBox implements Mailer {
  /** The newest first. */
  readonly sent: SentMail[] = [];

  send(mail: Mail): undefined {
    this.sent.unshift({ mail, at: new Date() });
    this.sent.length = Math.min(this.sent.length, size);
  }
}
