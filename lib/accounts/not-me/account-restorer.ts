import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { DeletionRows } from '../deletion/deletion-rows.js';
import { ReservedAddresses } from '../email/reserved-addresses.js';
import { Entrance } from '../gate/entrance.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import { changedAccount, type AccountChanges, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { FactorHistory } from './factor-history.js';
import type { Snapshot } from './snapshot.js';

/** Closes accounts, and makes them what they were. It asks for no proof: {@link Restoring} does. */
@Injectable()
export class AccountRestorer {
  constructor(
    private readonly repository: AccountRepository,
    private readonly history: FactorHistory,
    private readonly reserved: ReservedAddresses,
    private readonly deletions: DeletionRows,
    private readonly entrance: Entrance,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** Whether the deletion of an account can no longer be undone. */
  isLost({ state: { deleteAt } }: StoredAccount): boolean {
    return deleteAt !== undefined && deleteAt <= this.runtime.now();
  }

  /** Lets nobody in any more, whoever has set what: the owner has to prove more, or an administrator has to help. */
  async close(account: StoredAccount): Promise<void> {
    await this.#change(account, (known) => ({
      epoch: known.epoch + 1,
      state: { ...known.state, resetOwed: true, frozen: true, apiKeysSince: known.epoch + 1 },
    }));
    await this.entrance.endAll(account.id, null);
  }

  /**
   * The account first, closed: nobody gets in before its factors are restored, and a failure in between leaves it closed. A deletion that
   * somebody has asked for is undone.
   *
   * @param isProved whether the request proves a factor of before
   * @returns the account; null: another one has its address by now, and nothing was changed
   * @throws AccountsException 401 `FACTOR_NEEDED` for an account that somebody has closed, without a proof; 409 `CHANGED_MEANWHILE` if
   * something else has raised its epoch in between
   */
  async restore(account: StoredAccount, snapshot: Snapshot, isProved: boolean): Promise<StoredAccount | null> {
    const { email, emailKey, emailConfirmedAt, username, usernameKey, password } = snapshot;
    const closed = await this.#change(account, (known, withUsername) => {
      if (this.isLost(known)) throw invalidToken();
      if (known.state.frozen === true && !isProved) throw new AccountsException(401, 'FACTOR_NEEDED');
      const { deleteAt: _undone, ...state } = known.state;
      return {
        ...(known.emailKey === emailKey
          ? {}
          : { email, emailKey, emailConfirmedAt: emailConfirmedAt === null ? null : new Date(emailConfirmedAt) }),
        ...(known.usernameKey === usernameKey || !withUsername ? {} : { username, usernameKey }),
        // A password that somebody has given to an account without one.
        ...(password === null ? { password, passwordChangedAt: null } : {}),
        epoch: known.epoch + 1,
        state: { ...state, resetOwed: password !== null, frozen: true, apiKeysSince: known.epoch + 1 },
      };
    });
    if (closed === null) return null;
    await this.entrance.endAll(account.id, null);
    await this.history.restore(account.id, new Set(snapshot.factors.map(({ id }) => id)));
    await this.deletions.dropAll(account.id);
    await this.reserved.release(account.id, emailKey);
    return this.#open(closed);
  }

  /** @returns null: another account has the address */
  async #change(
    account: StoredAccount,
    changes: (known: StoredAccount, withUsername: boolean) => AccountChanges,
  ): Promise<StoredAccount | null> {
    let known = account;
    let withUsername = true;
    for (;;) {
      const changed = changedAccount(known, changes(known, withUsername));
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return result.updated;
      if ('gone' in result) throw invalidToken();
      if ('conflict' in result) known = result.conflict;
      else if (result.taken === 'email') return null;
      // A username that somebody else has taken since is no reason to leave the account as it is.
      else withUsername = false;
    }
  }

  /** The epoch is raised once more: a change of factors that was under way does not outlive it. */
  async #open(account: StoredAccount): Promise<StoredAccount> {
    let known = account;
    for (;;) {
      const changes = { epoch: known.epoch + 1, state: { ...known.state, frozen: false } };
      const result = await this.repository.update(changedAccount(known, changes), known.version);
      if ('updated' in result) return result.updated;
      // Such as somebody who has closed it.
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) {
        throw new AccountsException(409, 'CHANGED_MEANWHILE');
      }
      known = result.conflict;
    }
  }
}

export function invalidToken(): AccountsException {
  return invalid({ token: ['TOKEN_INVALID'] });
}
