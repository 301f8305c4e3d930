/** The purpose of a code. `login`: the second factor of a login; `verify`: re-authentication; `set-up`: to set up the phone. @publicApi */
export type SmsKind = 'login' | 'verify' | 'set-up';

/** A text message. @publicApi */
export interface Sms {
  /** The number in E.164 form, such as `+4915112345678`. */
  readonly to: string;
  /** The message. It contains the code: do not log it. With its last line, browsers fill in the code on pages of this site only. */
  readonly text: string;
  /** The code, for services with templates of their own. */
  readonly code: string;
  readonly kind: SmsKind;
}

/** Sends text messages. An error means that the message was not sent; it is logged, and not retried. @publicApi */
export interface SmsSender {
  send(sms: Sms): Promise<unknown> | undefined;
}
