import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { StoredAccount } from '../repository/account.js';
import { names } from '../second-factor/second-factor.options.js';
import { FactorMethods } from './factor-methods.js';

/** Who needs a second factor. */
@Injectable()
export class FactorNeeds {
  constructor(
    private readonly config: AccountsConfig,
    private readonly methods: FactorMethods,
  ) {}

  /** Whether an account may not be without a second factor. */
  async isRequired(account: StoredAccount): Promise<boolean> {
    if (account.state.secondFactorRequired === true && this.config.has('secondFactor')) return true;
    return names(this.config.options.secondFactor.required, account);
  }

  /** Whether a login that has proved some factors still owes a second one. */
  async isOwed(account: StoredAccount, proved: readonly string[]): Promise<boolean> {
    if (proved.includes('mfa')) return false;
    return (await this.methods.haveSecond(account, undefined, proved)) || this.isRequired(account);
  }

  /** Whether a login was made before its account needed a second factor, which it has not set up. */
  async isLacking(account: StoredAccount, proved: readonly string[]): Promise<boolean> {
    if (proved.includes('mfa') || !(await this.isRequired(account))) return false;
    return !(await this.methods.haveSecond(account));
  }

  /** @throws AccountsException 409 `LAST_FACTOR` if an account that needs a second factor would be without one */
  async assertMayLose(account: StoredAccount, credentialId: string): Promise<void> {
    if (!(await this.isRequired(account)) || (await this.methods.haveSecond(account, credentialId))) return;
    throw new AccountsException(409, 'LAST_FACTOR');
  }
}
