import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { PasskeyMethod } from '../passkeys/passkey.method.js';
import type { StoredAccount } from '../repository/account.js';
import { names } from '../second-factor/second-factor.options.js';
import { TotpMethod } from '../totp/totp.method.js';

/** Whose mailbox stands in for a second factor, where the settings say so. */
@Injectable()
export class MailFactor {
  constructor(
    private readonly config: AccountsConfig,
    private readonly totp: TotpMethod,
    private readonly passkeys: PasskeyMethod,
  ) {}

  /** Only of an account that has nothing better; telephones are not looked at here. */
  async standsIn(account: StoredAccount): Promise<boolean> {
    if (account.emailConfirmedAt === null) return false;
    if (!(await names(this.config.options.mailAsSecondFactor, account))) return false;
    return !(await this.totp.has(account)) && !(await this.passkeys.has(account));
  }
}
