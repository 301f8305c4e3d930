import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountFactors } from '../factors/account-factors.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { Entrance } from '../gate/entrance.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import { AccountPasswords } from '../login/account-passwords.js';
import { accountOf, changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';

/** Changes the password of who is logged in. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly current: CurrentAccount,
    private readonly passwords: AccountPasswords,
    private readonly repository: AccountRepository,
    private readonly entrance: Entrance,
    private readonly factors: AccountFactors,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
    private readonly answers: AccountAnswers,
    private readonly runtime: SessionRuntime,
  ) {}

  /** Whether the current password is asked for: there is one. */
  async needsCurrent(exchange: Exchange): Promise<boolean> {
    return (await this.current.of(exchange)).password !== null;
  }

  async change(exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const wanted = input.password('password');
    const given = input.optionalPassword('current');
    const account = await this.current.of(exchange);
    if (account.password !== null && !input.has('current')) input.refuse('current', 'REQUIRED');
    if (wanted !== '') {
      const problems = await this.passwords.judge(wanted, account.email, account.username);
      for (const code of problems) input.refuse('password', code);
    }
    input.check();
    await this.#assertOwner(exchange, account, given ?? '');
    // The current one was right, so this tells its owner nothing new.
    if (wanted === given) throw invalid({ password: ['PASSWORD_SAME'] });
    const updated = await this.#update(account, await this.passwords.hash(wanted));
    this.events.tell('passwordChanged', { userId: updated.id, address: exchange.client.address });
    this.notices.send('password-changed', { before: account, exchange });
    await this.entrance.goOn(await exchange.session(), updated, ['pwd']);
    return {
      status: 200,
      body: { status: 'changed', user: this.answers.payloadOf(accountOf(updated)) },
      done: 'password.done',
    };
  }

  /** @throws AccountsException unless the current password is right, or a fresh login makes up for it where there is none */
  async #assertOwner(exchange: Exchange, account: StoredAccount, current: string): Promise<void> {
    if (account.password === null) {
      await this.factors.fresh(exchange);
      return;
    }
    if (!(await this.current.hasPassword(exchange, current))) throw invalid({ current: ['PASSWORD_WRONG'] });
  }

  /** @throws AccountsException if something else has changed what the password was checked against */
  async #update(account: StoredAccount, password: string): Promise<StoredAccount> {
    let known = account;
    for (;;) {
      const changed = changedAccount(known, {
        password,
        passwordChangedAt: new Date(this.runtime.now()),
        epoch: known.epoch + 1,
      });
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return result.updated;
      // Another change of the account, such as of its name, is no reason to ask again.
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) {
        throw new AccountsException(409, 'CHANGED_MEANWHILE');
      }
      known = result.conflict;
    }
  }
}
