import { Injectable, NotFoundException } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsService } from '../accounts.service.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountsException } from '../http/accounts.exception.js';
import { Budgets } from '../http/budgets.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { Arrival, type Arrived, invalidCredentials, isInvalidCredentials } from '../login/arrival.js';
import { assertionIn } from './credential-input.js';
import { PasskeyCheck, type BegunCeremony } from './passkey-check.js';

/** How many logins one network address may begin in a minute: each is kept for a while, and anybody can begin one. */
const mostBegun = 60;
const minute = 60_000;

/** Logs in by a passkey alone, which the browser finds by itself: nobody says who they are, so nothing tells who has an account. */
@Injectable()
export class PasskeyLoginService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly accounts: AccountsService,
    private readonly check: PasskeyCheck,
    private readonly arrival: Arrival,
    private readonly answers: AccountAnswers,
    private readonly budgets: Budgets,
  ) {}

  async options(exchange: Exchange): Promise<BegunCeremony> {
    this.#assertOffered();
    await this.budgets.takeFrom(exchange.client.address, 'passkey-login', mostBegun, minute);
    return this.check.begin('login', await exchange.session(), null);
  }

  async logIn(exchange: Exchange): Promise<Answer> {
    const arrived = await this.enter(exchange);
    if (arrived !== null) return this.arrival.answerTo(arrived);
    if (!exchange.wantsPage) throw new AccountsException(409, 'ALREADY_IN');
    return { status: 303, goTo: this.accounts.placeAfterLogin(new Input(exchange.body).next()) };
  }

  /** Null: somebody is logged in already. */
  async enter(exchange: Exchange): Promise<Arrived | null> {
    this.#assertOffered();
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const flow = input.token('flow');
    const assertion = assertionIn(input);
    const remember = input.flag('remember');
    const next = input.next();
    input.check();
    if ((await this.answers.userOf(exchange)) !== null) return null;
    try {
      const proof = await this.check.check('login', exchange, flow, assertion, null);
      if (proof === null) throw invalidCredentials();
      const { account, factors } = proof;
      const how = { way: 'passkey' as const, factors, epoch: account.epoch };
      return await this.arrival.enter(exchange, account, how, { remember, next });
    } catch (error) {
      if (!isInvalidCredentials(error)) throw error;
      await atNextStep(begunAt);
      // A page says that it was the passkey, whatever the reason.
      throw exchange.wantsPage ? new AccountsException(401, 'PASSKEY_REFUSED') : error;
    }
  }

  /** @throws NotFoundException */
  #assertOffered(): void {
    if (!this.config.options.passkeys.firstFactor) throw new NotFoundException();
  }
}
