import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { AccountFactors } from '../factors/account-factors.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { accountOf, changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { normalUsername, type NormalUsername } from '../repository/normal-form.js';

/** Changes the username of who is logged in. */
@Injectable()
export class UsernameService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly factors: AccountFactors,
    private readonly repository: AccountRepository,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
    private readonly answers: AccountAnswers,
  ) {}

  async change(exchange: Exchange): Promise<Answer> {
    const username = this.#read(new Input(exchange.body));
    // One logs in by it.
    const account = await this.factors.fresh(exchange);
    if (username.username === account.username) throw invalid({ username: ['USERNAME_SAME'] });
    const updated = await this.#update(account, username);
    this.notices.send('username', { before: account, exchange, data: { username: username.username } });
    this.events.tell('usernameChanged', { userId: account.id, address: exchange.client.address });
    const user = this.answers.payloadOf(accountOf(updated));
    return { status: 200, body: { status: 'changed', user }, done: 'username.done' };
  }

  #read(input: Input): NormalUsername {
    const { min, max } = this.config.options.usernames;
    const value = input.raw('username');
    if (!input.has('username')) throw invalid({ username: ['REQUIRED'] });
    const username = normalUsername(value, { min, max });
    if (username !== null) return username;
    throw invalid({ username: [typeof value === 'string' ? 'USERNAME_INVALID' : 'NOT_TEXT'] });
  }

  /** Usernames are public, so one that is taken is named. Of several requests for one, the database lets one through. */
  async #update(account: StoredAccount, { username, key }: NormalUsername): Promise<StoredAccount> {
    let known = account;
    for (;;) {
      const result = await this.repository.update(changedAccount(known, { username, usernameKey: key }), known.version);
      if ('updated' in result) return result.updated;
      if ('taken' in result) throw invalid({ username: ['USERNAME_TAKEN'] });
      // A session that has been ended in between changes nothing any more.
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) {
        throw new AccountsException(409, 'CHANGED_MEANWHILE');
      }
      known = result.conflict;
    }
  }
}
