import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsService, type AccessToReset, type AccountToCreate } from '../accounts.service.js';
import { AccountLockedOutError, AccountValueError, AdministrationRefusedError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { Entrance } from '../gate/entrance.js';
import { AccountPaths } from '../http/account-paths.js';
import type { Invitation, InvitationToSend, InvitedBy } from '../invitations/invitation.js';
import { InvitationsService } from '../invitations/invitations.service.js';
import { AccountPasswords } from '../login/account-passwords.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import type { MailKind } from '../mail/mail.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import {
  accountOf,
  changedAccount,
  type Account,
  type AccountChanges,
  type StoredAccount,
} from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { changeAccount, type ChangedAccount } from '../repository/change-account.js';
import { AccountView } from './account-view.js';
import type { AccountDetails, FoundAccounts } from './administered-account.js';
import { Administrators } from './administrators.js';
import { originOf, type ByAdministrator } from './by-administrator.js';

/** A search for accounts; by default, all are listed. @publicApi */
export interface AccountSearch {
  /** A part of the address or username, in any case. */
  readonly search?: string | undefined;
  /** Only those with this role. */
  readonly role?: string | undefined;
  /** Only accounts that are not disabled, or only those that are. */
  readonly active?: boolean | undefined;
  /** The `next` of the previous page. */
  readonly after?: string | undefined;
  /** The maximum number of accounts in a page, 1 to 1000. Default: 100. */
  readonly limit?: number | undefined;
}

/**
 * Administers accounts in the application's own code, such as your own pages. The routes and the command use it, too. Your code has to
 * check who may call it; with `by`, it ensures that administrators only grant roles that they may grant.
 *
 * Methods return null if there is no account with the id. Operations that end logins take effect with the next request, in every process.
 *
 * @publicApi
 */
@Injectable()
export class AccountAdministration {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly accounts: AccountsService,
    private readonly administrators: Administrators,
    private readonly view: AccountView,
    private readonly invited: InvitationsService,
    private readonly passwords: AccountPasswords,
    private readonly entrance: Entrance,
    private readonly auth: AuthService,
    private readonly events: AccountEvents,
    private readonly notices: SecurityNotices,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /** A page of matching accounts. */
  async list({ search, role, active, after, limit }: AccountSearch = {}): Promise<FoundAccounts> {
    const text = search?.trim().normalize('NFC').toLowerCase().normalize('NFC') ?? '';
    const page = await this.repository.list({
      ...(text !== '' && { search: text }),
      ...(role !== undefined && { role }),
      ...(active !== undefined && { active }),
      ...(after !== undefined && { after }),
      ...(limit !== undefined && { limit }),
    });
    return { accounts: page.accounts.map((account) => this.view.summaryOf(account)), next: page.next };
  }

  /** An account with its sessions, its factors by kind, its API keys and its last logins; without any secrets. */
  async show(id: string): Promise<AccountDetails | null> {
    const account = await this.repository.find(id);
    return account && this.view.detailsOf(account);
  }

  /**
   * Creates an account; see `AccountsService.create()`. The owner gets no email: use `invite()` for that.
   *
   * @throws AccountTakenError, AccountValueError; AdministrationRefusedError for a role that may not be granted
   */
  async create(account: AccountToCreate, by: ByAdministrator = {}): Promise<Account> {
    await this.administrators.assertMayChange(by.by ?? null, account.roles ?? []);
    const created = await this.accounts.create(account);
    this.events.tell('accountCreated', { userId: created.id, ...originOf(by) });
    return created;
  }

  /**
   * Disables an account until it is enabled again: its sessions, remembered logins and trusted devices end, and nobody can log in to it.
   * Its API keys stop working until then.
   *
   * @throws AdministrationRefusedError `LAST_ADMINISTRATOR`
   */
  async disable(id: string, by: ByAdministrator = {}): Promise<Account | null> {
    const changed = await this.#changeUnlessLast(id, ({ active, epoch }) =>
      active ? { active: false, epoch: epoch + 1 } : null,
    );
    if (changed === null || changed.after === changed.before) return accountIn(changed);
    await this.#end(id);
    this.events.tell('accountDisabled', { userId: id, ...originOf(by) });
    return accountIn(changed);
  }

  /** Enables a disabled account. If something else also closes it, such as a required reset, that stays. */
  async enable(id: string, by: ByAdministrator = {}): Promise<Account | null> {
    const changed = await changeAccount(this.repository, id, ({ active }) => (active ? null : { active: true }));
    if (changed !== null && changed.after !== changed.before) {
      this.events.tell('accountEnabled', { userId: id, ...originOf(by) });
    }
    return accountIn(changed);
  }

  /** Ends the sessions, remembered logins and trusted devices of an account. */
  async endSessions(id: string, by: ByAdministrator = {}): Promise<Account | null> {
    const changed = await changeAccount(this.repository, id, ({ epoch }) => ({ epoch: epoch + 1 }));
    if (changed === null) return null;
    await this.#end(id);
    this.events.tell('sessionsEnded', { userId: id, ...originOf(by) });
    return accountIn(changed);
  }

  /**
   * Requires a new password, which the owner sets by recovery: for example if the current one has become known. Nobody can log in before
   * that. Sessions, remembered logins and trusted devices end. The owner gets an email.
   *
   * @throws AccountLockedOutError if recovery is off; AdministrationRefusedError `NO_PASSWORD`
   */
  async forceReset(id: string, by: ByAdministrator = {}): Promise<Account | null> {
    if (!this.config.has('recovery')) {
      throw new AccountLockedOutError(
        '`recovery` is off, so the owner of this account could not set a new password, and would stay locked out. ' +
          'Turn it on, or use resetAccess() with a password.',
      );
    }
    const changed = await changeAccount(this.repository, id, ({ password, epoch, state }) => {
      if (password === null) throw new AdministrationRefusedError('NO_PASSWORD');
      return { epoch: epoch + 1, state: { ...state, resetOwed: true } };
    });
    if (changed === null) return null;
    await this.#end(id);
    this.events.tell('resetForced', { userId: id, ...originOf(by) });
    this.#mail('reset-owed', changed.after, this.paths.link('/recover', null));
    return accountIn(changed);
  }

  /**
   * Requires a second factor of an account, whatever the option `secondFactor.required` says, or no longer requires it. If the account has
   * none, its sessions end, and the owner sets one up at the next login. The owner gets an email.
   *
   * @throws AdministrationRefusedError `NO_SECOND_FACTOR`
   */
  async requireSecondFactor(id: string, isRequired = true, by: ByAdministrator = {}): Promise<Account | null> {
    if (isRequired && !this.config.has('secondFactor')) throw new AdministrationRefusedError('NO_SECOND_FACTOR');
    const changed = await changeAccount(this.repository, id, ({ state }) =>
      (state.secondFactorRequired === true) === isRequired
        ? null
        : { state: { ...state, secondFactorRequired: isRequired } },
    );
    if (changed === null || changed.after === changed.before) return accountIn(changed);
    this.events.tell('secondFactorRequired', { userId: id, ...originOf(by), required: isRequired });
    if (isRequired) this.#mail('second-factor-owed', changed.after, this.paths.link('/login', null));
    return accountIn(changed);
  }

  /** Gives an account back to its owner: `AccountsService.resetAccess()`, with an event that names the administrator. */
  resetAccess(id: string, access: AccessToReset = {}, by: ByAdministrator = {}): Promise<Account | null> {
    return this.accounts.resetAccess(id, access, by);
  }

  /**
   * Sets the password of an account, which you give to the owner. Sessions, remembered logins, trusted devices and API keys end; second
   * factors stay. The owner gets an email.
   *
   * @throws AccountValueError if the password is rejected
   */
  async changePassword(id: string, password: string, by: ByAdministrator = {}): Promise<Account | null> {
    const account = await this.repository.find(id);
    if (account === null) return null;
    const [problem] = await this.passwords.judge(password, account.email, account.username);
    if (problem !== undefined) throw new AccountValueError('password', `it is not accepted: ${problem}.`);
    const hash = await this.passwords.hash(password);
    const changed = await changeAccount(this.repository, id, ({ epoch, state }) => ({
      password: hash,
      passwordChangedAt: new Date(this.runtime.now()),
      epoch: epoch + 1,
      state: { ...state, resetOwed: false, apiKeysSince: epoch + 1 },
    }));
    if (changed === null) return null;
    await this.#end(id);
    const origin = originOf(by);
    this.events.tell('passwordChanged', { userId: id, ...origin });
    const client = { address: origin.address, userAgent: '' };
    const exchange = { acceptLanguage: undefined, client };
    this.notices.send('password-changed', { before: changed.before, exchange }, 'notice');
    return accountIn(changed);
  }

  /**
   * Replaces the roles of an account by these.
   *
   * @throws AdministrationRefusedError `ROLE_UNKNOWN`, `ROLE_NOT_GRANTABLE`, `LAST_ADMINISTRATOR`
   */
  setRoles(id: string, roles: readonly string[], by: ByAdministrator = {}): Promise<Account | null> {
    return this.#changeRoles(id, () => [...new Set(roles)], by);
  }

  /** Grants a role to an account. @throws AdministrationRefusedError as {@link setRoles} */
  addRole(id: string, role: string, by: ByAdministrator = {}): Promise<Account | null> {
    return this.#changeRoles(id, (roles) => [...new Set([...roles, role])], by);
  }

  /** Revokes a role of an account. @throws AdministrationRefusedError as {@link setRoles} */
  removeRole(id: string, role: string, by: ByAdministrator = {}): Promise<Account | null> {
    return this.#changeRoles(id, (roles) => roles.filter((one) => one !== role), by);
  }

  /**
   * Sends an invitation by email. The account is created when it is accepted, with a password or a passkey. A former invitation of the same
   * address becomes invalid.
   *
   * @throws AccountTakenError if the address has an account; AccountValueError for an invalid address or field
   * @throws AdministrationRefusedError if invitations are off, for roles that may not be granted, and if there are too many
   */
  invite(email: string, invitation: InvitationToSend, by: InvitedBy): Promise<Invitation> {
    return this.invited.invite(email, invitation, by);
  }

  /** The open invitations, sorted by their expiry. */
  invitations(): Promise<readonly Invitation[]> {
    return this.invited.list();
  }

  /** Sends an invitation again, with a new link that replaces the former one. Null: there is no account with this id. */
  resendInvitation(id: string, by: InvitedBy): Promise<Invitation | null> {
    return this.invited.resend(id, by);
  }

  /** Withdraws an invitation: its link becomes invalid. @returns whether this call did it */
  withdrawInvitation(id: string, by: InvitedBy): Promise<boolean> {
    return this.invited.withdraw(id, by);
  }

  async #changeRoles(
    id: string,
    rolesOf: (roles: readonly string[]) => readonly string[],
    by: ByAdministrator,
  ): Promise<Account | null> {
    const changed = await this.#changeUnlessLast(id, async (known) => {
      const roles = rolesOf(known.roles);
      const { added, removed } = difference(known.roles, roles);
      await this.administrators.assertMayChange(by.by ?? null, added, removed);
      return added.length + removed.length === 0 ? null : { roles };
    });
    if (changed === null || changed.after === changed.before) return accountIn(changed);
    const { added, removed } = difference(changed.before.roles, changed.after.roles);
    this.events.tell('rolesChanged', { userId: id, ...originOf(by), added, removed });
    return accountIn(changed);
  }

  /** As {@link changeAccount}, unless nobody could administer accounts afterwards. */
  async #changeUnlessLast(
    id: string,
    changesOf: (known: StoredAccount) => AccountChanges | null | Promise<AccountChanges | null>,
  ): Promise<ChangedAccount | null> {
    const changed = await changeAccount(this.repository, id, async (known) => {
      const changes = await changesOf(known);
      if (changes !== null) await this.#assertNotLast(known, changedAccount(known, changes));
      return changes;
    });
    if (changed === null) return null;
    try {
      // Two administrators may have done the same to each other at the same time.
      await this.#assertNotLast(changed.before, changed.after);
    } catch (error) {
      const { active, roles } = changed.before;
      await changeAccount(this.repository, id, () => ({ active, roles }));
      throw error;
    }
    return changed;
  }

  async #assertNotLast(before: StoredAccount, after: StoredAccount): Promise<void> {
    if (await this.administrators.isLost(before, after)) throw new AdministrationRefusedError('LAST_ADMINISTRATOR');
  }

  /** After the epoch has been raised: ends what can be ended now, here and in other processes. */
  async #end(id: string): Promise<void> {
    await this.entrance.endAll(id, null);
    // On stores that know no owners, open sockets are looked up by their user.
    await this.auth.recheck(id);
  }

  #mail(kind: MailKind, account: StoredAccount, link: string): void {
    this.afterAnswer.run(() => this.mails.send(kind, account, undefined, { link }));
  }
}

function accountIn(changed: ChangedAccount | null): Account | null {
  return changed && accountOf(changed.after);
}

function difference(
  before: readonly string[],
  after: readonly string[],
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  return {
    added: after.filter((role) => !before.includes(role)),
    removed: before.filter((role) => !after.includes(role)),
  };
}
