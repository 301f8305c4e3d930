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
  defaultText: 'mails are written to the log; in production there is none',
  meaning: 'What sends mails: `smtpMailer(url)`, or any object with `send(mail)`.',
});

/** How mails are made, and how they wait. */
export const mailOptions = group('Mails: their sender, their words, and the queue in which they wait.', {
  from: option<string | null>({
    env: 'SECURITY_EMAIL_SENDER',
    kind: nullable(sender()),
    default: null,
    defaultText: '`no-reply@` and the host of `publicUrl`',
    meaning: 'The sender of mails, with or without a name.',
  }),
  templates: option<MailTemplates>({
    env: null,
    kind: instance('an object with a function for a kind of mail', isTemplates),
    default: {},
    defaultText: 'those in the box',
    meaning:
      'Templates that replace those in the box, by kind of mail: a function that returns `{ subject, text, html }`.',
  }),
  queue: option<MailQueue | null>({
    env: null,
    kind: nullable(instance('a queue: an object with a method add(mail)', isQueue)),
    default: null,
    defaultText: 'in the memory of this process',
    meaning: 'Where mails wait until they are sent.',
  }),
  queueSize: option({
    env: 'SECURITY_MAIL_QUEUE_SIZE',
    kind: integer({ min: 1, max: 1_000_000 }),
    default: 1_000,
    meaning: 'How many mails may wait in the memory of this process. Further ones are lost, which is logged.',
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
