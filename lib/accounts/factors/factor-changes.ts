import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountEvents } from '../events/account-events.js';
import { Entrance } from '../gate/entrance.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { credentialKinds, FactorHistory } from '../not-me/factor-history.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import type { FactorMethodName } from './factor-method.js';

/** What happens to a factor of an account. */
export interface FactorChange {
  readonly method: FactorMethodName;
  /** `replaced`: others took its place, such as new recovery codes. */
  readonly change: 'added' | 'removed' | 'replaced';
  /** The name that its owner chose; null: none. */
  readonly name?: string | null;
  /** The factors that the change has proved, as named in RFC 8176 and `mfa`. Default: none. */
  readonly proved?: readonly string[];
}

/** An authenticator app or a phone that has been enabled. @publicApi */
export interface EnabledFactor {
  readonly status: 'enabled';
  readonly id: string;
}

/** What every change of a factor does, so that no login, pending one or trusted device outlives it unnoticed. */
@Injectable()
export class FactorChanges {
  constructor(
    private readonly repository: AccountRepository,
    private readonly entrance: Entrance,
    private readonly history: FactorHistory,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Changes a factor: the account's other sessions, remembered logins and trusted devices end, this session goes on under a new id, and the
   * owner gets a mail; listeners are told.
   *
   * @param account as it was when this session was found to be allowed to do it
   * @param work makes the change, to the account as it is now: what it adds is added under that epoch. If it throws, nothing has been
   * changed: this session goes on, and nobody is told.
   * @throws AccountsException 409 `CHANGED_MEANWHILE` if something else has raised the account's epoch, and what `work` throws
   */
  async make<Result>(
    exchange: Exchange,
    account: StoredAccount,
    change: FactorChange,
    work: (opened: StoredAccount) => Promise<Result>,
  ): Promise<Result> {
    return (await this.makeIn(exchange, account, change, work)).result;
  }

  /** The same. @returns also the account, with its new epoch; null: something else has raised that since. */
  async makeIn<Result>(
    exchange: Exchange,
    account: StoredAccount,
    change: FactorChange,
    work: (opened: StoredAccount) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly account: StoredAccount | null }> {
    const before = await this.history.of(account.id);
    // Before the change: a session that a reset ends in between changes nothing any more.
    const opened = await this.#raise(account);
    if (opened === null) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    let result: Result;
    let taken: readonly Credential[];
    try {
      // After the epoch was raised: a code that a login uses up from here on lets nobody stay in.
      taken = await this.#mayTake(account.id, change);
      result = await work(opened);
    } catch (error) {
      await this.entrance.goOn(await exchange.session(), opened, []);
      throw error;
    }
    await this.#keepRemoved(account.id, taken);
    this.#tell(exchange, account, before, change);
    // And after it: a login that was let in by what the account had before does not outlive it, either.
    const changed = await this.#raise(opened);
    if (changed === null) await this.entrance.endAll(account.id, null);
    else await this.entrance.goOn(await exchange.session(), changed, change.proved ?? []);
    return { result, account: changed };
  }

  /** Null: something else has raised the epoch, or deleted the account. */
  async #raise(account: StoredAccount): Promise<StoredAccount | null> {
    let known = account;
    for (;;) {
      const result = await this.repository.update(changedAccount(known, { epoch: known.epoch + 1 }), known.version);
      if ('updated' in result) return result.updated;
      // Another change of the account, such as of its name, is no reason to fail.
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) return null;
      known = result.conflict;
    }
  }

  /** What a change can take away: what else goes at the same time, such as a recovery code that is used up, does not come back. */
  async #mayTake(accountId: string, { method, change }: FactorChange): Promise<readonly Credential[]> {
    if (change === 'added') return [];
    return (await this.history.of(accountId)).filter(({ kind }) => kind === credentialKinds[method]);
  }

  /** So that a removal that its owner has not made can be undone. */
  async #keepRemoved(accountId: string, before: readonly Credential[]): Promise<void> {
    try {
      await this.history.keepRemoved(accountId, before);
    } catch (error) {
      // The change has been made and cannot be taken back.
      this.runtime.report(error);
    }
  }

  #tell(exchange: Exchange, account: StoredAccount, factors: readonly Credential[], change: FactorChange): void {
    const { address } = exchange.client;
    this.events.tell('factorChanged', { userId: account.id, address, method: change.method, change: change.change });
    const factor = { method: change.method, change: change.change, name: change.name ?? null };
    this.notices.send('factor-changed', { before: account, factors, exchange, data: { factor } });
  }
}
