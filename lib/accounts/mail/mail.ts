/** The kinds of mails that are sent. Each has a template of its own. @publicApi */
export type MailKind =
  /** Confirms the address of a registration. */
  | 'confirm'
  /** Somebody has registered with an address that has an account. */
  | 'already-registered'
  /** Logs in: a link and a code. */
  | 'login'
  /** Sets a new password. */
  | 'reset'
  /** The password has been changed or reset. */
  | 'password-changed'
  /** A factor has been added, removed or replaced. */
  | 'factor-changed'
  /** An API key was created. */
  | 'api-key'
  /** Somebody has logged in with a device from which the account was not used before. */
  | 'new-device'
  /** An administrator has taken the place of the account's owner. */
  | 'impersonated'
  /** A refresh token was used that had been replaced, so somebody has a copy. Its login has ended. */
  | 'tokens-copied'
  /** The deletion of the account was requested; undoes it. */
  | 'deletion'
  /** A code: before a login may set up a second factor, or in place of one. */
  | 'code'
  /** A recovery code was used. */
  | 'recovery-code-used'
  /** Confirms the new address of an account. */
  | 'email-confirm'
  /** The address of an account is about to be changed; to the present one. */
  | 'email-changing'
  /** The username has been changed. */
  | 'username'
  /** An invitation by an administrator: creates an account. */
  | 'invitation'
  /** An administrator wants the owner to set a new password. */
  | 'reset-owed'
  /** An administrator requires a second factor of the account. */
  | 'second-factor-owed'
  /** The account is closed, since a change was reported: with the link of a mail alone; or, without a link, where recovery is off. */
  | 'frozen';

export const mailKinds: readonly MailKind[] = [
  'confirm',
  'already-registered',
  'login',
  'reset',
  'password-changed',
  'factor-changed',
  'api-key',
  'new-device',
  'impersonated',
  'tokens-copied',
  'deletion',
  'code',
  'recovery-code-used',
  'email-confirm',
  'email-changing',
  'username',
  'invitation',
  'reset-owed',
  'second-factor-owed',
  'frozen',
];

/** A factor that was changed, in mails. @publicApi */
export interface ChangedFactor {
  /** What kind of factor it is. */
  readonly method: 'password' | 'totp' | 'recovery-code' | 'code' | 'passkey' | 'oauth';
  /** What has become of it. `replaced`: others took its place, such as new recovery codes. */
  readonly change: 'added' | 'removed' | 'replaced';
  /** Its name, as its owner chose it; null: none. */
  readonly name: string | null;
}

/** An API key that was created, in mails. @publicApi */
export interface MailedApiKey {
  /** Its name, as its owner chose it; null: none. */
  readonly name: string | null;
  readonly scopes: readonly string[];
}

/** What a mail is about, for templates and for mailers that have templates of their own. @publicApi */
export interface MailData {
  /** The page that the mail leads to. */
  readonly link?: string;
  /** The single-use token in {@link link}. */
  readonly token?: string;
  /** For who has not done what the mail is about: the page that reports it, and the single-use token in that. */
  readonly notMe?: { readonly link: string; readonly token: string };
  /** The new address of the account, where that is changed. */
  readonly email?: string;
  /** A code to enter, where it was asked for. */
  readonly code?: string;
  /** How many recovery codes are left. */
  readonly left?: number;
  /** For how long {@link link} is valid, in ms. */
  readonly validFor?: number;
  /** The account's username, if it has one and usernames are on. */
  readonly username?: string;
  /** Which factor was changed. */
  readonly factor?: ChangedFactor;
  /** Which API key was created. */
  readonly apiKey?: MailedApiKey;
  /** When it happened, in ms since the epoch. */
  readonly at?: number;
  /** From which network address; empty: unknown. */
  readonly address?: string;
  /** The browser's `User-Agent`; empty: unknown. */
  readonly userAgent?: string;
}

/** A mail to one recipient. @publicApi */
export interface Mail {
  readonly to: string;
  /** The sender: the option `mail.from`. */
  readonly from: string;
  readonly kind: MailKind;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What the text was made from. It may contain a token: do not log it. */
  readonly data: MailData;
}

/**
 * Sends mails. An error means that the mail was not sent, and can be tried again; one with a `responseCode` from 500 on, as SMTP servers
 * give it, is final.
 *
 * @publicApi
 */
export interface Mailer {
  send(mail: Mail): Promise<unknown> | undefined;
}

/** A mail that must not be sent: an address or a subject in it could add headers or recipients. @publicApi */
export class MailRejectedError extends Error {
  override readonly name = 'MailRejectedError';
}

/** One address. A quoted local part, a display name, a list or a group are not. */
const oneAddress = /^[^\s\p{Cc},;:<>()[\]"\\@]+@[^\s\p{Cc},;:<>()[\]"\\@]+$/u;
/** A sender may have a name: `Shop <no-reply@shop.example>`. */
const sender = /^(?:[^\p{Cc},;:<>()[\]"\\@]* <([^<>]+)>|([^<>]+))$/u;

/** Whether `text` is the address of one mailbox. */
export function isOneAddress(text: string): boolean {
  return oneAddress.test(text);
}

/** Whether `text` is the address of one mailbox, perhaps with a name before it. */
export function isSender(text: string): boolean {
  const [, named, bare] = sender.exec(text) ?? [];
  return isOneAddress(named ?? bare ?? '');
}

/** @throws MailRejectedError for more than one recipient, and for line breaks and NUL in what becomes a header */
export function assertSendable({ to, from, subject }: Mail): void {
  if (!isOneAddress(to)) throw new MailRejectedError('The recipient of a mail must be one address.');
  if (!isSender(from)) throw new MailRejectedError('The sender of a mail must be one address, with or without a name.');
  if (/\p{Cc}/u.test(subject)) {
    throw new MailRejectedError('The subject of a mail must be one line, without control characters.');
  }
}
