import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { Entrance } from '../gate/entrance.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import { FreshLogin } from '../login/fresh-login.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { accountOf, changedAccount, type AccountState, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { Upkeep } from '../upkeep/upkeep.js';
import { DeletionRows } from './deletion-rows.js';

/** Deletes accounts after a grace time in which that can be undone. @publicApi */
@Injectable()
export class AccountDeletionService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly current: CurrentAccount,
    private readonly fresh: FreshLogin,
    private readonly repository: AccountRepository,
    private readonly rows: DeletionRows,
    private readonly upkeep: Upkeep,
    private readonly entrance: Entrance,
    private readonly auth: AuthService,
    private readonly mails: AccountMails,
    private readonly events: AccountEvents,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Deletes the accounts whose deletion is due, and expired rows of other accounts, such as removed factors. Each process does this at
   * intervals of `deletion.purgeInterval`. Parallel calls, in any number of processes, delete each account once.
   *
   * @returns how many accounts this call deleted
   */
  purge(): Promise<number> {
    return this.upkeep.run();
  }

  /** For the package itself. */
  async request(exchange: Exchange): Promise<Answer> {
    const account = await this.current.of(exchange);
    const refusal = await this.fresh.refusal(exchange, account, '/account/delete');
    if (refusal !== null) return refusal;
    const { grace, beforeDelete } = this.config.options.deletion;
    await beforeDelete?.(accountOf(account));
    const now = this.runtime.now();
    const former = await this.rows.formerAddresses(account.id, now);
    const deleteAt = Math.max(now + grace, ...former.map(({ until }) => until.getTime()));
    // Before the account changes: a deletion that nobody finds would never be made, and one that is found and not due is dropped.
    const noted = await this.rows.note(account.id, new Date(deleteAt));
    if (noted === null) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    const marked = await this.#change(account, (state) => ({ ...state, deleteAt }));
    if (marked === null) {
      await this.rows.drop(noted.row);
      throw new AccountsException(409, 'CHANGED_MEANWHILE');
    }
    const { address } = exchange.client;
    this.events.tell('deletionRequested', { userId: marked.id, address, deleteAt });
    this.#mail(marked, [marked.email, ...former.map(({ email }) => email)], noted.token, deleteAt, exchange);
    await this.auth.logout(await exchange.session());
    await this.entrance.endAll(marked.id, null);
    return { status: 202, body: { status: 'deleting', deleteAt: new Date(deleteAt) }, done: 'deletion.done' };
  }

  /** For the package itself. */
  async undo(exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const token = input.token('token');
    input.check();
    const row = await this.rows.find(token);
    const account = row && (await this.repository.find(row.accountId));
    const { deleteAt } = account?.state ?? {};
    if (row === null || account === null || deleteAt === undefined || deleteAt <= this.runtime.now()) {
      throw invalid({ token: ['TOKEN_INVALID'] });
    }
    const undone = await this.#change(account, ({ deleteAt: _undone, ...state }) => state);
    if (undone === null) throw invalid({ token: ['TOKEN_INVALID'] });
    await this.rows.drop(row);
    this.events.tell('deletionUndone', { userId: undone.id, address: exchange.client.address });
    return { status: 200, body: { status: 'undone' }, done: 'deletion.undone' };
  }

  /** Null: something else has changed what this is about, such as another use of the token, or a new password. */
  async #change(account: StoredAccount, to: (state: AccountState) => AccountState): Promise<StoredAccount | null> {
    let known = account;
    for (;;) {
      const changed = changedAccount(known, { state: to(known.state), epoch: known.epoch + 1 });
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return result.updated;
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) return null;
      known = result.conflict;
    }
  }

  #mail(
    account: StoredAccount,
    to: readonly string[],
    token: string,
    deleteAt: number,
    { acceptLanguage, client: { address, userAgent } }: Exchange,
  ): void {
    const link = this.paths.link('/account/undo', token, this.config.options.links.deletionUndo);
    const at = this.runtime.now();
    const data = { link, token, validFor: deleteAt - at, at, address, userAgent };
    this.afterAnswer.run(async () => {
      for (const email of new Set(to)) {
        await this.mails.send('deletion', { email, locale: account.locale }, acceptLanguage, data);
      }
    });
  }
}
