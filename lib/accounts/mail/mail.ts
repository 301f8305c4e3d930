/** The kinds of emails. Each has a template of its own. @publicApi */
export type MailKind =
  /** Confirms the address of a registration. */
  | 'confirm'
  /** Somebody registered with, or wanted to change to, an address that has an account. */
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
  /** A login with a device that had not been used for the account before. */
  | 'new-device'
  /** An administrator has started to impersonate the user. */
  | 'impersonated'
  /** A replaced refresh token was used again, so somebody has a copy. Its login has ended. */
  | 'tokens-copied'
  /** The deletion of the account was requested; contains the link to undo it. */
  | 'deletion'
  /** A code: to set up a second factor at a login, or instead of one. */
  | 'code'
  /** A recovery code was used. */
  | 'recovery-code-used'
  /** Confirms the new address of an account. */
  | 'email-confirm'
  /** A change of address was requested; sent to the current address. */
  | 'email-changing'
  /** The username has been changed. */
  | 'username'
  /** An invitation by an administrator. */
  | 'invitation'
  /** An administrator requires a new password. */
  | 'reset-owed'
  /** An administrator requires a second factor of the account. */
  | 'second-factor-owed'
  /** The account was closed, since a change was reported with only the link in an email; or, without a link, because recovery is off. */
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

/** A changed factor, in emails. @publicApi */
export interface ChangedFactor {
  /** What kind of factor it is. */
  readonly method: 'password' | 'totp' | 'recovery-code' | 'code' | 'passkey' | 'oauth';
  /** What happened to it. `replaced`: by others, such as new recovery codes. */
  readonly change: 'added' | 'removed' | 'replaced';
  /** The name that its owner chose; null: none. */
  readonly name: string | null;
}

/** A new API key, in emails. @publicApi */
export interface MailedApiKey {
  /** The name that its owner chose; null: none. */
  readonly name: string | null;
  readonly scopes: readonly string[];
}

/** The data of an email, for templates, and for mailers with templates of their own. @publicApi */
export interface MailData {
  /** The page that the email links to. */
  readonly link?: string;
  /** The single-use token in {@link link}. */
  readonly token?: string;
  /** The link to report that somebody else did this, and its single-use token. */
  readonly notMe?: { readonly link: string; readonly token: string };
  /** The new address of the account, if it is changed. */
  readonly email?: string;
  /** A code to enter where it was requested. */
  readonly code?: string;
  /** How many recovery codes are left. */
  readonly left?: number;
  /** How long {@link link} is valid, in ms. */
  readonly validFor?: number;
  /** The account's username, if it has one and usernames are on. */
  readonly username?: string;
  /** The factor that was changed. */
  readonly factor?: ChangedFactor;
  /** The API key that was created. */
  readonly apiKey?: MailedApiKey;
  /** When it happened, in ms since the epoch. */
  readonly at?: number;
  /** The network address; empty: unknown. */
  readonly address?: string;
  /** The browser's `User-Agent`; empty: unknown. */
  readonly userAgent?: string;
}

/** An email to one recipient. @publicApi */
export interface Mail {
  readonly to: string;
  /** The sender: the option `mail.from`. */
  readonly from: string;
  readonly kind: MailKind;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The data of the template. It may contain a token: do not log it. */
  readonly data: MailData;
}

/**
 * Sends emails. An error means that the email was not sent, and will be retried, unless the error has a `responseCode` of 500 or more, as
 * those of SMTP servers do.
 *
 * @publicApi
 */
export interface Mailer {
  send(mail: Mail): Promise<unknown> | undefined;
}

/** An email that must not be sent, since an address or a subject could add headers or recipients. @publicApi */
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
  if (!isOneAddress(to)) throw new MailRejectedError('The recipient of an email must be one address.');
  if (!isSender(from)) {
    throw new MailRejectedError('The sender of an email must be one address, with or without a name.');
  }
  if (/\p{Cc}/u.test(subject)) {
    throw new MailRejectedError('The subject of an email must be one line, without control characters.');
  }
}
