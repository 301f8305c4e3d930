import { instance, integer, nullable } from '../../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind } from '../../config/option.js';
import { isSender, type Mailer } from './mail.js';
import type { MailQueue } from './mail-queue.js';
import type { MailTemplates } from './mail-templates.js';

/** What sends mails. */
export const mailerOption = option<Mailer | null>({
  env: null,
  kind: nullable(instance('a mailer: an object with a method send(mail)', isMailer)),
  default: null,
  defaultText: 'emails are written to the log; required in production',
  meaning: 'Sends emails: `smtpMailer(url)`, or an object with `send(mail)`.',
});

/** How mails are made, and how they wait. */
export const mailOptions = group('Emails: their sender, their templates, and their queue.', {
  from: option<string | null>({
    env: 'SECURITY_EMAIL_SENDER',
    kind: nullable(sender()),
    default: null,
    defaultText: '`no-reply@` and the host of `publicUrl`',
    meaning: 'The sender of emails, with or without a name.',
  }),
  templates: option<MailTemplates>({
    env: null,
    kind: instance('an object with a function for each kind of email', isTemplates),
    default: {},
    defaultText: 'the built-in ones',
    meaning: 'Your own templates, by kind of email: functions that return `{ subject, text, html }`.',
  }),
  queue: option<MailQueue | null>({
    env: null,
    kind: nullable(instance('a queue: an object with a method add(mail)', isQueue)),
    default: null,
    defaultText: 'in memory',
    meaning: 'A queue where emails wait until they are sent.',
  }),
  queueSize: option({
    env: 'SECURITY_MAIL_QUEUE_SIZE',
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 1_000,
    meaning: 'The maximum number of emails that wait in memory. Further ones are lost, which is logged.',
  }),
});

function sender(): OptionKind<string> {
  return {
    expected: 'an address, with or without a name: Shop <no-reply@shop.example>',
    parse(raw) {
      const text = typeof raw === 'string' ? raw.trim() : '';
      return isSender(text) ? text : new OptionMismatch();
    },
  };
}

function isMailer(value: unknown): value is Mailer {
  return hasMethod(value, 'send');
}

function isQueue(value: unknown): value is MailQueue {
  return hasMethod(value, 'add');
}

function isTemplates(value: unknown): value is MailTemplates {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'function');
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}
