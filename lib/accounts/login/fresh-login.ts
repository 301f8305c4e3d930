import { Injectable } from '@nestjs/common';
import { AccountFactors } from '../factors/account-factors.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { isImpersonated } from '../impersonation/impersonation.js';
import type { StoredAccount } from '../repository/account.js';

/** Asks for a fresh login, with all factors, before something that must not be done from a session that somebody else has taken. */
@Injectable()
export class FreshLogin {
  constructor(
    private readonly factors: AccountFactors,
    private readonly paths: AccountPaths,
  ) {}

  /**
   * Where a browser is led that has to prove first who it is; null: it need not.
   *
   * @param page where it goes then, such as `/sessions`
   * @throws AccountsException 401 `VERIFICATION_REQUIRED` for a script; 403 `IMPERSONATING` for an administrator in the account's place
   */
  async refusal(exchange: Exchange, account: StoredAccount, page: string): Promise<Answer | null> {
    if (isImpersonated(await exchange.session())) throw new AccountsException(403, 'IMPERSONATING');
    if (await this.factors.isFresh(exchange, account)) return null;
    if (!exchange.wantsPage) throw new AccountsException(401, 'VERIFICATION_REQUIRED');
    return { status: 303, goTo: `${this.paths.page('/verify')}?next=${encodeURIComponent(this.paths.page(page))}` };
  }
}
