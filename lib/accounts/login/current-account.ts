import { Injectable, UnauthorizedException } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { stateOf } from '../../session/session.js';
import { AccountGate } from '../gate/account-gate.js';
import { isFinal } from '../gate/entry.js';
import { epochOf, wayOf } from '../gate/gate.feature.js';
import type { Exchange } from '../http/exchange.js';
import { AccountPasswords } from './account-passwords.js';
import { guessedName } from './identities.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';

/** The account of a request, as it is stored. */
@Injectable()
export class CurrentAccount {
  constructor(
    private readonly auth: AuthService,
    private readonly repository: AccountRepository,
    private readonly passwords: AccountPasswords,
    private readonly gate: AccountGate,
  ) {}

  /** @throws UnauthorizedException if nobody is logged in, or the account has been changed in a way that ends this login */
  async of(exchange: Exchange): Promise<StoredAccount> {
    const session = await exchange.session();
    const id = this.auth.userId(session);
    const account = typeof id === 'string' ? await this.repository.find(id) : null;
    const { auth } = stateOf(session);
    if (account === null || auth === null) throw new UnauthorizedException();
    // The guard has asked, but about the account as it was a moment ago, or as it is kept in the session.
    const how = { way: wayOf(auth), factors: Object.keys(auth.factors ?? {}), epoch: epochOf(auth) };
    const reason = await this.gate.mayEnter(account, how);
    if (reason !== null && (auth.forced !== true || isFinal(reason))) throw new UnauthorizedException();
    return account;
  }

  /** Whether a password is the account's own: a guess, which is counted. @throws TooManyAttemptsException */
  async hasPassword(exchange: Exchange, password: string): Promise<boolean> {
    const account = await this.of(exchange);
    const name = guessedName(account.emailKey);
    return (await exchange.attempts.attempt(name, () => this.passwords.matching(account, password))) !== null;
  }
}
