import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { LoginRefusal } from '../../errors.js';
import { AccountsConfig } from '../accounts-config.js';
import { FactorNeeds } from '../factors/factor-needs.js';
import { hasProvedAll, type EntryHow } from './entry.js';
import type { StoredAccount } from '../repository/account.js';

/** The one gate that everybody passes who enters an account, however. */
@Injectable()
export class AccountGate {
  constructor(
    private readonly config: AccountsConfig,
    private readonly needs: FactorNeeds,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** Why nobody may enter; null: whoever has proved these factors may. */
  async mayEnter(account: StoredAccount | null, how: EntryHow): Promise<LoginRefusal | null> {
    if (account === null) return 'missing';
    if (how.epoch !== undefined && how.epoch !== account.epoch) return 'changed';
    const { lockedUntil, resetOwed, deleteAt, frozen } = account.state;
    if (frozen === true) return 'frozen';
    if (deleteAt !== undefined) return 'deleted';
    if (!account.active) return 'inactive';
    if (lockedUntil !== undefined && lockedUntil > this.runtime.now()) return 'locked';
    const { confirmation, gate } = this.config.options;
    if (confirmation.enabled && account.emailConfirmedAt === null) return 'unconfirmed';
    if (resetOwed === true) return 'reset-owed';
    const own = (await gate.also?.(account, how)) ?? null;
    if (own !== null) return own;
    // Of an administrator, their own have been asked.
    if (how.way === 'impersonation') return null;
    const isOwed = await (hasProvedAll(how)
      ? this.needs.isLacking(account, how.factors)
      : this.needs.isOwed(account, how.factors));
    return isOwed ? 'factors-owed' : null;
  }
}
