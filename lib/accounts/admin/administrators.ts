import { Injectable } from '@nestjs/common';
import { AccessService } from '../../auth/access/access.service.js';
import { AuthConfig } from '../../auth/auth-config.js';
import { AccountsConfig } from '../accounts-config.js';
import { AdministrationRefusedError } from '../errors.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { ShownRole } from './administered-account.js';

/** How many accounts are looked at in one query. */
const atOnce = 1_000;

/** Who administers accounts, and which roles they may give. */
@Injectable()
export class Administrators {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly access: AccessService,
    private readonly authConfig: AuthConfig,
  ) {}

  /** Whether an account may administer others. */
  async isOne(account: StoredAccount): Promise<boolean> {
    const { role, permission } = this.config.options.admin;
    const user = accountOf(account);
    if (role !== null && (await this.access.hasRole(user, role))) return true;
    return permission !== null && (await this.access.hasPermission(user, permission));
  }

  /** Whether a change of an account would leave nobody who can administer accounts. */
  async isLost(before: StoredAccount, after: StoredAccount): Promise<boolean> {
    const isLeaving = (await this.#canAct(before)) && !(await this.#canAct(after));
    return isLeaving && !(await this.#hasOther(before.id));
  }

  /** The roles that there are; null: any. */
  get roles(): readonly string[] | null {
    const { roles } = this.config.options.admin;
    const { names } = this.authConfig.options.roles;
    return roles ?? (names.length === 0 ? null : names);
  }

  /** Those of some roles that an administrator may give and take away. @param by the id of the administrator; null: anybody */
  async grantable(by: string | null, roles: readonly string[]): Promise<readonly string[]> {
    if (by === null) return roles;
    const administrator = await this.repository.find(by);
    if (administrator === null) return [];
    const own = await this.access.rolesOf(accountOf(administrator));
    return roles.filter((role) => own.has(role) || this.config.options.admin.grantable.includes(role));
  }

  /** The roles that an account has, and those that an administrator may give it. */
  async rolesFor(administrator: StoredAccount, account: Pick<StoredAccount, 'roles'>): Promise<readonly ShownRole[]> {
    const { role, grantable } = this.config.options.admin;
    const own = await this.access.rolesOf(accountOf(administrator));
    const there = this.roles ?? [...(role === null ? [] : [role]), ...own, ...grantable];
    const all = [...new Set([...account.roles, ...there])];
    const changeable = await this.grantable(administrator.id, all);
    return all
      .map((name) => ({ name, isHeld: account.roles.includes(name), isGrantable: changeable.includes(name) }))
      .filter(({ isHeld, isGrantable }) => isHeld || isGrantable);
  }

  /** @throws AdministrationRefusedError unless an administrator may give and take away these roles, and those to give are known */
  async assertMayChange(by: string | null, given: readonly string[], taken: readonly string[] = []): Promise<void> {
    const { roles } = this;
    if (roles !== null && !given.every((role) => roles.includes(role))) {
      throw new AdministrationRefusedError('ROLE_UNKNOWN');
    }
    const changed = [...given, ...taken];
    if ((await this.grantable(by, changed)).length < changed.length) {
      throw new AdministrationRefusedError('ROLE_NOT_GRANTABLE');
    }
  }

  /** Whether an account can administer others, and lets its owner in to do so. */
  async #canAct(account: StoredAccount): Promise<boolean> {
    const { active, state } = account;
    return active && state.frozen !== true && state.deleteAt === undefined && (await this.isOne(account));
  }

  /** Those with the role itself first: there are few of them. */
  async #hasOther(id: string): Promise<boolean> {
    const { role } = this.config.options.admin;
    if (role !== null && (await this.#isThere(id, { role }))) return true;
    return this.#isThere(id, {});
  }

  async #isThere(otherThan: string, wanted: { readonly role?: string }): Promise<boolean> {
    let after: string | undefined;
    do {
      const page = await this.repository.list({
        ...wanted,
        active: true,
        limit: atOnce,
        ...(after !== undefined && { after }),
      });
      for (const account of page.accounts) {
        if (account.id !== otherThan && (await this.#canAct(account))) return true;
      }
      after = page.next ?? undefined;
    } while (after !== undefined);
    return false;
  }
}
