import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountGate } from '../gate/account-gate.js';
import { Entrance } from '../gate/entrance.js';
import { FactorHistory, methodsByKind } from '../not-me/factor-history.js';
import { SecurityNotices, type SecurityChange } from '../not-me/security-notices.js';
import { changedAccount, type AccountChanges, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';

/** Where the proof of a mailbox came from. */
type Origin = SecurityChange['exchange'];

/**
 * Gives accounts that were never confirmed to who proves to own their mailbox: without the password, the factors and the sessions that
 * somebody else may have set up with this address before.
 */
@Injectable()
export class MailboxOwner {
  constructor(
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly entrance: Entrance,
    private readonly history: FactorHistory,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /** The account as its owner gets it; null: it is closed, or has been changed since the proof was made. */
  async takeOver(account: StoredAccount, origin: Origin): Promise<StoredAccount | null> {
    if (account.emailConfirmedAt !== null) return account;
    const emailConfirmedAt = new Date(this.runtime.now());
    const how = { way: 'mail', factors: ['mail'], epoch: account.epoch } as const;
    const reason = await this.gate.mayEnter({ ...account, emailConfirmedAt }, how);
    // The factors that it would owe are not its owner's.
    if (reason !== null && reason !== 'factors-owed') return null;
    const emptied = await this.empty(account, origin);
    // With another epoch once more: nobody who got in by what was left until now stays.
    const updated = emptied && (await this.#raise(emptied, { emailConfirmedAt }));
    if (updated === null) return null;
    await this.entrance.endAll(account.id, null);
    const event = { userId: account.id, address: origin.client.address };
    if (account.password !== null) {
      this.events.tell('passwordChanged', event);
      this.notices.send('password-changed', { before: account, exchange: origin }, 'notice');
    }
    this.events.tell('emailConfirmed', event);
    return updated;
  }

  /**
   * Takes everything away that one can get into an account with, and ends its sessions. It is not confirmed by that: should this fail in the
   * middle, the next proof of the mailbox begins anew. Proofs that were made before are void.
   *
   * @returns null: it has been changed since the proof was made
   */
  async empty(account: StoredAccount, origin: Origin): Promise<StoredAccount | null> {
    const factors = await this.history.of(account.id);
    const emptied = await this.#raise(account, { password: null, passwordChangedAt: null });
    if (emptied === null) return null;
    await this.entrance.endAll(account.id, null);
    const kinds = new Set((await this.repository.credentials(account.id)).map(({ kind }) => kind));
    for (const kind of kinds) await this.repository.replaceCredentials(account.id, kind, []);
    this.#tell(account, factors, origin);
    return emptied;
  }

  /** Null: something else has raised the epoch, or deleted the account. */
  async #raise(account: StoredAccount, changes: AccountChanges): Promise<StoredAccount | null> {
    let known = account;
    for (;;) {
      const changed = changedAccount(known, { ...changes, epoch: account.epoch + 1 });
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return result.updated;
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) return null;
      known = result.conflict;
    }
  }

  #tell(account: StoredAccount, factors: readonly Credential[], origin: Origin): void {
    for (const [kind, method] of methodsByKind) {
      const [factor, ...others] = factors.filter((one) => one.kind === kind && one.data['enabled'] !== false);
      if (factor === undefined) continue;
      const removed = { method, change: 'removed' } as const;
      this.events.tell('factorChanged', { userId: account.id, address: origin.client.address, ...removed });
      const data = { factor: { ...removed, name: others.length === 0 ? factor.name : null } };
      // Without a link: what somebody else has set up is not to come back.
      this.notices.send('factor-changed', { before: account, factors, exchange: origin, data }, 'notice');
    }
  }
}
