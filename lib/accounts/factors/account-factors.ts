import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuthConfig } from '../../auth/auth-config.js';
import { AuthService } from '../../auth/auth.service.js';
import type { SessionUser } from '../../auth/users/user.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { isImpersonated } from '../impersonation/impersonation.js';
import { CurrentAccount } from '../login/current-account.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { FactorMethods } from './factor-methods.js';

/** For how long proved factors permit changes of factors, in ms (ASVS 7.5.1). */
const freshFor = 15 * 60_000;

/** What proves the same as all factors where somebody has signed in at another provider. */
function instead(owned: readonly string[]): readonly string[] {
  return ['oauth', ...owned.filter((factor) => factor !== 'pwd')];
}

/** The factors that accounts have. */
@Injectable()
export class AccountFactors implements OnModuleInit {
  constructor(
    private readonly methods: FactorMethods,
    private readonly repository: AccountRepository,
    private readonly current: CurrentAccount,
    private readonly auth: AuthService,
    private readonly authConfig: AuthConfig,
  ) {}

  onModuleInit(): void {
    this.authConfig.knowFactors((user) => this.#factorsOfUser(user));
  }

  /** `pwd` where there is a password, and `mfa` beside it where there is a second factor. Empty: a mail is all there is. */
  async of(account: StoredAccount): Promise<readonly string[]> {
    const second = (await this.methods.haveSecond(account)) ? ['mfa'] : [];
    return account.password === null ? second : ['pwd', ...second];
  }

  /**
   * The account of a request, whose factors have all been proved within 15 minutes, so that it may change them.
   *
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`; 403 `IMPERSONATING`: an administrator in their place never may
   * @throws UnauthorizedException if nobody is logged in
   */
  async fresh(exchange: Exchange): Promise<StoredAccount> {
    const account = await this.current.of(exchange);
    if (isImpersonated(await exchange.session())) throw new AccountsException(403, 'IMPERSONATING');
    if (!(await this.isFresh(exchange, account))) throw new AccountsException(401, 'VERIFICATION_REQUIRED');
    return account;
  }

  /** Whether the login of a request has proved all factors of its account within 15 minutes. */
  async isFresh(exchange: Exchange, known?: StoredAccount): Promise<boolean> {
    const account = known ?? (await this.current.of(exchange));
    const session = await exchange.session();
    if (isImpersonated(session)) return false;
    const user = accountOf(account);
    const owned = await this.of(account);
    return (
      (await this.auth.isFresh(session, user, { factors: owned, within: freshFor })) ||
      // A passkey whose user was verified is all factors in one.
      (await this.auth.isFresh(session, user, { factors: ['user', 'mfa'], within: freshFor })) ||
      // Another provider, which has said when it was, instead of the password.
      (await this.auth.isFresh(session, user, { factors: instead(owned), within: freshFor }))
    );
  }

  async #factorsOfUser(user: SessionUser): Promise<readonly string[]> {
    const id: unknown = Reflect.get(user, 'id');
    const account = typeof id === 'string' ? await this.repository.find(id) : null;
    return account === null ? [] : this.of(account);
  }
}
