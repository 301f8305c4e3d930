import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { CsrfConfig } from '../../auth/csrf/csrf-config.js';
import { CsrfService } from '../../auth/csrf/csrf.service.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsService } from '../accounts.service.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { impersonationOf } from '../impersonation/impersonation.js';
import { Arrival, type Arrived, invalidCredentials, isInvalidCredentials } from './arrival.js';
import { OAuthLogout } from '../oauth/oauth-logout.js';
import { SecondFactorSteps } from '../second-factor/second-factor-steps.js';
import { longestIdentity, PasswordCheck } from './password-check.js';

/** Logs in by a password, and out. */
@Injectable()
export class LoginService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly accounts: AccountsService,
    private readonly passwords: PasswordCheck,
    private readonly arrival: Arrival,
    private readonly secondFactor: SecondFactorSteps,
    private readonly auth: AuthService,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
    private readonly csrfConfig: CsrfConfig,
    private readonly csrf: CsrfService,
    private readonly providerLogout: OAuthLogout,
  ) {}

  /** What there is, and who is logged in. */
  async overview(exchange: Exchange): Promise<object> {
    const user = await this.answers.userOf(exchange);
    const session = await exchange.session();
    const impersonation = impersonationOf(session);
    const hasToken = this.csrfConfig.options.mode === 'token' && !session.isNew;
    return {
      features: this.config.features,
      user: user && this.answers.payloadOf(user),
      pending: user === null ? await this.secondFactor.stateOf(exchange) : null,
      impersonator: impersonation && this.answers.payloadOf(impersonation.impersonator),
      csrfToken: hasToken ? this.csrf.token(session) : null,
    };
  }

  async logIn(exchange: Exchange): Promise<Answer> {
    const arrived = await this.enter(exchange);
    if (arrived !== null) return this.arrival.answerTo(arrived);
    if (!exchange.wantsPage) throw new AccountsException(409, 'ALREADY_IN');
    return { status: 303, goTo: this.accounts.placeAfterLogin(new Input(exchange.body).next()) };
  }

  /** Null: somebody is logged in already. */
  async enter(exchange: Exchange): Promise<Arrived | null> {
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const typed = input.text('identity', longestIdentity);
    const password = input.password('password');
    const remember = input.flag('remember');
    const next = this.accounts.placeAfterLogin(input.next());
    input.check();
    if ((await this.answers.userOf(exchange)) !== null) return null;
    const account = await this.passwords.check(exchange, typed, password);
    try {
      if (account === null) throw invalidCredentials();
      const how = { way: 'password' as const, factors: ['pwd'], epoch: account.epoch };
      return await this.arrival.enter(exchange, account, how, { remember, next });
    } catch (error) {
      if (isInvalidCredentials(error)) await atNextStep(begunAt);
      throw error;
    }
  }

  async logOut(exchange: Exchange): Promise<Answer> {
    const elsewhere = await this.providerLogout.placeOf(exchange);
    await this.auth.logout(await exchange.session());
    if (elsewhere !== null) return { status: 200, body: { status: 'out', next: elsewhere }, goTo: elsewhere };
    return { status: 204, goTo: this.paths.place(this.config.options.afterLogout) };
  }
}
