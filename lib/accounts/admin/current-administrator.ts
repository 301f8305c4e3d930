import { ForbiddenException, Injectable } from '@nestjs/common';
import { AccountFactors } from '../factors/account-factors.js';
import type { Exchange } from '../http/exchange.js';
import { CurrentAccount } from '../login/current-account.js';
import type { StoredAccount } from '../repository/account.js';
import { Administrators } from './administrators.js';

/** The administrator of a request. */
@Injectable()
export class CurrentAdministrator {
  constructor(
    private readonly administrators: Administrators,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
  ) {}

  /** @throws ForbiddenException for who does not administer accounts; UnauthorizedException for nobody */
  async of(exchange: Exchange): Promise<StoredAccount> {
    const account = await this.current.of(exchange);
    if (!(await this.administrators.isOne(account))) throw new ForbiddenException();
    return account;
  }

  /**
   * The same, with a login whose factors are fresh, to change something.
   *
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 403 `IMPERSONATING` beside the above
   */
  async fresh(exchange: Exchange): Promise<StoredAccount> {
    await this.of(exchange);
    return this.factors.fresh(exchange);
  }
}
