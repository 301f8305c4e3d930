import type { AccountToCreate } from './accounts.service.js';
import type { IssuedTokens } from './bearer/token-logins.js';
import type { Sms } from './codes/sms.js';
import type { Mail } from './mail/mail.js';
import type { Account } from './repository/account.js';

export type { TokenPair } from './bearer/token-logins.js';

/** What tests need of an application with accounts; its token is found without loading the code of accounts. */
export const ACCOUNTS_TESTING = Symbol.for('nestjs-session-auth accounts testing');

/** For `nestjs-session-auth/testing`. */
export interface AccountsTestingAccess {
  create(account: AccountToCreate): Promise<Account>;
  issueTokens(account: Pick<Account, 'id'>, factors: readonly string[]): Promise<IssuedTokens>;
  /** Calls `listener` with each mail from now on, before it is queued. */
  readonly onMail: (listener: (mail: Mail) => void) => void;
  /** Calls `listener` with each message to a telephone from now on, before it is sent. */
  readonly onSms: (listener: (sms: Sms) => void) => void;
  /** Waits until the work after all answers so far is done, for at most `ms` milliseconds. @returns how much is left */
  readonly settled: (ms: number) => Promise<number>;
}
