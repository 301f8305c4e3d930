import { Injectable } from '@nestjs/common';
import { ConfirmationService } from '../confirmation/confirmation.service.js';
import { AccountGate } from '../gate/account-gate.js';
import type { EntryWay } from '../gate/entry.js';
import type { Exchange } from '../http/exchange.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountPasswords } from './account-passwords.js';
import { guessedName, Identities } from './identities.js';

/** The longest name of an account that is looked at, in bytes. */
export const longestIdentity = 1_024;

/** Whose account a name and a password open: a guess, which is counted. Nothing tells why they open none. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly identities: Identities,
    private readonly passwords: AccountPasswords,
    private readonly gate: AccountGate,
    private readonly confirmation: ConfirmationService,
  ) {}

  /**
   * The account, if the password is its own and the gate is open, or only a second factor is owed; null, whatever the reason.
   *
   * @param typed the address or the username, as it was typed
   * @throws TooManyAttemptsException
   */
  async check(
    exchange: Exchange,
    typed: string,
    password: string,
    way: EntryWay = 'password',
  ): Promise<StoredAccount | null> {
    const identity = this.identities.read(typed);
    return exchange.attempts.attempt(guessedName(identity?.key ?? typed), async () => {
      const found = await this.identities.find(identity);
      return this.#admitted(found, password, exchange, way);
    });
  }

  async #admitted(
    found: StoredAccount | null,
    password: string,
    exchange: Exchange,
    way: EntryWay,
  ): Promise<StoredAccount | null> {
    const account = await this.passwords.matching(found, password);
    if (account === null) return null;
    const reason = await this.gate.mayEnter(account, { way, factors: ['pwd'], epoch: account.epoch });
    if (reason === 'unconfirmed') this.confirmation.askOwner(account, exchange);
    return reason === null || reason === 'factors-owed' ? account : null;
  }
}
