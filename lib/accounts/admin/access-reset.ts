import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountLockedOutError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { Entrance } from '../gate/entrance.js';
import { factorKinds, FactorHistory, methodsByKind } from '../not-me/factor-history.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { LastingProofs } from '../proofs/lasting-proofs.js';
import type { AccountChanges, AccountState, StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { changeAccount } from '../repository/change-account.js';
import { originOf, type ByAdministrator } from './by-administrator.js';

/** What becomes of an account whose access is reset. */
export interface ResetOfAccess {
  /** The hash of its new password; null: its owner sets one by recovery. */
  readonly password: string | null;
  readonly keepsFactors: boolean;
}

/** Where mails and events say that it came from: no request. */
const exchange = { acceptLanguage: undefined, client: { address: '', userAgent: '' } };

/** Gives an account back to its owner, whom an administrator has identified. */
@Injectable()
export class AccessReset {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly entrance: Entrance,
    private readonly history: FactorHistory,
    private readonly proofs: LastingProofs,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * The account first, closed: should this fail in the middle, nobody gets in until it is done again.
   *
   * @returns null: there is no such account
   * @throws AccountLockedOutError if its owner could not set the password that would be owed
   */
  async reset(
    id: string,
    { password, keepsFactors }: ResetOfAccess,
    by: ByAdministrator = {},
  ): Promise<StoredAccount | null> {
    const before = await this.repository.find(id);
    if (before === null) return null;
    const resetOwed = password === null && before.password !== null;
    if (resetOwed && !this.config.has('recovery')) {
      throw new AccountLockedOutError(
        '`recovery` is off, so the owner of this account could not set a new password, and would stay locked out. ' +
          'Pass a password to resetAccess(), or turn on `recovery`.',
      );
    }
    const closed = await this.#change(id, { frozen: true });
    if (closed === null) return null;
    await this.entrance.endAll(id, null);
    const factors = keepsFactors ? [] : await this.history.of(id);
    for (const kind of keepsFactors ? [] : factorKinds) await this.repository.replaceCredentials(id, kind, []);
    // What is not its owner's may be among their snapshots, and who has read the mails.
    await this.proofs.voidSince(id, ['not-me', 'undo'], 0);
    const passwordChangedAt = new Date(this.runtime.now());
    const set = password === null ? {} : { password, passwordChangedAt };
    const opened = await this.#change(id, { frozen: false, resetOwed }, set);
    if (opened === null) return null;
    const removed = factors.map(({ kind }) => kind);
    this.#tell(before, removed, password !== null, originOf(by));
    return opened;
  }

  /** Whatever else changes it: an administrator has the last word. Null: it has been deleted. */
  async #change(
    id: string,
    state: Pick<AccountState, 'frozen' | 'resetOwed'>,
    changes: AccountChanges = {},
  ): Promise<StoredAccount | null> {
    const changed = await changeAccount(this.repository, id, (known) => {
      const epoch = known.epoch + 1;
      return { ...changes, epoch, state: { ...known.state, ...state, apiKeysSince: epoch } };
    });
    return changed?.after ?? null;
  }

  #tell(
    before: StoredAccount,
    removed: readonly string[],
    hasPassword: boolean,
    { by, address }: ReturnType<typeof originOf>,
  ): void {
    const event = { userId: before.id, address };
    this.events.tell('accessReset', { ...event, by });
    for (const [kind, method] of methodsByKind) {
      if (!removed.includes(kind)) continue;
      const factor = { method, change: 'removed', name: null } as const;
      this.events.tell('factorChanged', { ...event, method: factor.method, change: factor.change });
      this.notices.send('factor-changed', { before, factors: [], exchange, data: { factor } }, 'notice');
    }
    if (hasPassword) this.notices.send('password-changed', { before, factors: [], exchange }, 'notice');
  }
}
