import { Injectable } from '@nestjs/common';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { PendingLogins, type PendingLogin } from '../pending/pending-logins.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountFactors } from './account-factors.js';

/** Who may set up a factor. */
export interface Owner {
  readonly account: StoredAccount;
  /** A login that has to set one up; null: somebody who is logged in. */
  readonly pending: PendingLogin | null;
}

/** Finds out whose factors a request may set up: those of a login that is fresh, or of one that has to set one up. */
@Injectable()
export class FactorOwner {
  constructor(
    private readonly pending: PendingLogins,
    private readonly factors: AccountFactors,
  ) {}

  /**
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`
   * @throws UnauthorizedException if nobody is logged in, and nothing is to be set up
   */
  async of(exchange: Exchange): Promise<Owner> {
    const pending = await this.pending.of(await exchange.session());
    if (pending?.waitsFor !== 'enroll') return { account: await this.factors.fresh(exchange), pending: null };
    if (!pending.isMailbox) throw new AccountsException(401, 'MAIL_CODE_NEEDED');
    return { account: pending.account, pending };
  }
}
