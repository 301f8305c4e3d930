import { Injectable } from '@nestjs/common';
import { safeNext } from '../auth/redirect/safe-next.js';
import { SessionLoginRefusedError } from '../errors.js';
import { SessionRuntime } from '../http/session-runtime.js';
import type { SessionObject } from '../session/session.js';
import { AccountsConfig } from './accounts-config.js';
import { AccessReset } from './admin/access-reset.js';
import type { ByAdministrator } from './admin/by-administrator.js';
import { ReservedAddresses } from './email/reserved-addresses.js';
import { AccountTakenError, AccountValueError } from './errors.js';
import { Entrance } from './gate/entrance.js';
import { AccountPaths } from './http/account-paths.js';
import { PasswordService } from './passwords/password.service.js';
import { accountOf, type Account, type NewAccount, type StoredAccount } from './repository/account.js';
import { AccountRepository } from './repository/account-repository.js';
import type { NewCredential } from './repository/credential.js';
import type { JsonObject } from './repository/json.js';
import { normalEmail, normalUsername, type NormalEmail, type NormalUsername } from './repository/normal-form.js';

/** An account to create in the application's own code. @publicApi */
export interface AccountToCreate {
  /** The id, for example that of a user in a former application. Default: random. */
  readonly id?: string | undefined;
  readonly email: string;
  /** The password; null: none, so that the owner has to set one by recovery. Default: none. */
  readonly password?: string | null | undefined;
  readonly username?: string | null | undefined;
  readonly roles?: readonly string[] | undefined;
  /** The language of emails and pages. Default: that of each request. */
  readonly locale?: string | null | undefined;
  /** Default: yes. */
  readonly active?: boolean | undefined;
  /** Whether the address counts as confirmed. Default: yes. */
  readonly emailConfirmed?: boolean | undefined;
  /** The application's own fields. */
  readonly data?: JsonObject | undefined;
}

/** How to reset the access to an account. @publicApi */
export interface AccessToReset {
  /** The new password, which you give to the owner. Default: none; the owner sets one by recovery, and nobody can log in before that. */
  readonly password?: string | undefined;
  /**
   * Whether to keep second factors. `keep`: only if the owner still has them, and nobody else does. Default: `remove`, including recovery
   * codes and passkeys.
   */
  readonly factors?: 'keep' | 'remove' | undefined;
}

/** The result of a login. @publicApi */
export interface Entered {
  readonly status: 'in';
  readonly account: Account;
  /** Where to redirect the browser: a path. */
  readonly next: string;
}

/** Creates and finds accounts, and logs them in, in the application's own code. @publicApi */
@Injectable()
export class AccountsService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly passwords: PasswordService,
    private readonly entrance: Entrance,
    private readonly paths: AccountPaths,
    private readonly reserved: ReservedAddresses,
    private readonly access: AccessReset,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Creates an account, for seeds and for the first administrator: there is no default account.
   *
   * @throws AccountTakenError if another account has the address or the username
   * @throws AccountValueError for an invalid address, username or password
   */
  async create(account: AccountToCreate): Promise<Account> {
    const { id, password = null, active = true, emailConfirmed = true, roles = [], locale = null, data = {} } = account;
    const email = normalEmail(account.email);
    if (email === null) throw new AccountValueError('email', 'it is not a valid address.');
    const username = this.#usernameIn(account.username ?? null);
    if (password !== null) await this.#assertPassword(password, email, username);
    const result = await this.make(email, username, {
      ...(id === undefined ? {} : { id }),
      password: password === null ? null : await this.passwords.hash(password),
      emailConfirmedAt: emailConfirmed ? new Date(this.runtime.now()) : null,
      ...{ active, roles, locale, data },
    });
    if ('taken' in result) throw new AccountTakenError(result.taken);
    return accountOf(result.created);
  }

  /** Null: there is no account with this id. */
  async find(id: string): Promise<Account | null> {
    const found = await this.repository.find(id);
    return found && accountOf(found);
  }

  /** Finds an account by its address, however it is spelled. Null: there is none. */
  async findByEmail(email: string): Promise<Account | null> {
    const normal = normalEmail(email);
    const found = normal && (await this.repository.findBy('email', normal.key));
    return found && accountOf(found);
  }

  /**
   * Gives an account back to its owner, after you have verified their identity: for example one that was closed after a change was
   * reported, or whose owner has lost the second factor. Its sessions, remembered logins and trusted devices end, and open links in emails
   * that restore it become invalid. By default, its second factors and passkeys are removed. The owner gets an email. If it fails, for
   * example because the database does not respond, the account may stay closed: call it again.
   *
   * @param by who does it, for the event
   * @returns the account; null: there is none with this id
   * @throws AccountLockedOutError without a password, if recovery is off: the owner could no longer log in
   * @throws AccountValueError if the password is rejected
   */
  async resetAccess(
    id: string,
    { password, factors = 'remove' }: AccessToReset = {},
    by: ByAdministrator = {},
  ): Promise<Account | null> {
    const account = await this.repository.find(id);
    if (account === null) return null;
    if (password !== undefined) await this.#assertPassword(password, account, account);
    const hash = password === undefined ? null : await this.passwords.hash(password);
    const reset = await this.access.reset(id, { password: hash, keepsFactors: factors === 'keep' }, by);
    return reset && accountOf(reset);
  }

  /**
   * Logs in to an account, through the gate, after your own code has checked the credentials.
   *
   * @param factors what was proved, as named in RFC 8176, such as `['pwd']`
   * @param options.epoch the account's epoch when you checked the credentials. If it has increased since, for example by a new password,
   * the login is rejected. Default: the current one.
   * @param options.next where to redirect afterwards; untrusted: only URLs of this site are used.
   * @throws SessionLoginRefusedError if the gate rejects the login
   */
  async enter(
    session: SessionObject,
    account: Pick<Account, 'id'>,
    factors: readonly string[],
    {
      remember = false,
      epoch,
      next,
    }: {
      readonly remember?: boolean | undefined;
      readonly epoch?: number | undefined;
      readonly next?: unknown;
    } = {},
  ): Promise<Entered> {
    const stored = await this.repository.find(account.id);
    const reason =
      stored === null
        ? 'missing'
        : await this.entrance.enter(session, stored, { way: 'application', factors, epoch }, { remember });
    if (stored === null || reason !== null) {
      throw new SessionLoginRefusedError(reason ?? 'missing', 'Nobody can log in to this account at the moment.');
    }
    return { status: 'in', account: accountOf(stored), next: this.placeAfterLogin(next) };
  }

  /** Creates the account of a registration. For the package itself. */
  async make(
    { email, key }: NormalEmail,
    username: NormalUsername | null,
    rest: Omit<NewAccount, 'email' | 'emailKey' | 'username' | 'usernameKey'>,
    credentials: readonly NewCredential[] = [],
  ): Promise<{ readonly created: StoredAccount } | { readonly taken: AccountTakenError['property'] }> {
    if (await this.reserved.isForAnother(null, key)) return { taken: 'email' };
    const names = { username: username?.username ?? null, usernameKey: username?.key ?? null };
    const result = await this.repository.create({ ...rest, email, emailKey: key, ...names }, credentials);
    if ('created' in result) {
      // Reserved in between by the account that has just left this address.
      if (!(await this.reserved.isForAnother(null, key))) return result;
      await this.repository.delete(result.created.id);
      return { taken: 'email' };
    }
    return { taken: result.taken === 'credential' ? 'id' : result.taken };
  }

  /** Where a browser goes after a login. For the package itself. @param next untrusted */
  placeAfterLogin(next: unknown): string {
    const fallback = this.paths.place(this.config.options.afterLogin);
    return safeNext(next, fallback, { origin: this.paths.publicUrl.origin });
  }

  #usernameIn(given: string | null): NormalUsername | null {
    if (given === null) return null;
    const username = normalUsername(given, this.config.options.usernames);
    if (username === null) throw new AccountValueError('username', 'it is not a valid username.');
    return username;
  }

  async #assertPassword(
    password: string,
    { email }: { readonly email: string },
    named: { readonly username: string | null } | null,
  ): Promise<void> {
    const [problem] = await this.passwords.check(password, [email, named?.username, this.paths.site]);
    if (problem !== undefined) throw new AccountValueError('password', `it is not accepted: ${problem}.`);
  }
}
