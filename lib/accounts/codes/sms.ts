/** What a code is for. `login`: the second factor of a login; `verify`: to confirm a login; `set-up`: to set up the telephone. @publicApi */
export type SmsKind = 'login' | 'verify' | 'set-up';

/** A message to a telephone. @publicApi */
export interface Sms {
  /** The number in E.164 form, such as `+4915112345678`. */
  readonly to: string;
  /** What is sent. It contains the code: do not log it. Its last line is for browsers, which fill the code in on the page of this site only. */
  readonly text: string;
  /** The code, for services that have texts of their own. */
  readonly code: string;
  readonly kind: SmsKind;
}

/** Sends messages to telephones. An error means that the message was not sent; it is logged, and not tried again. @publicApi */
export interface SmsSender {
  send(sms: Sms): Promise<unknown> | undefined;
}
