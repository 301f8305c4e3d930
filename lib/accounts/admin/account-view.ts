import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { ApiKeyRows } from '../api-keys/api-key-rows.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { AccountSessions } from '../sessions/account-sessions.js';
import type { ListedSession } from '../sessions/listed-session.js';
import type { AccountDetails, AccountStatus, AccountSummary, AdministeredFactor } from './administered-account.js';

const factorKinds: readonly AdministeredFactor['kind'][] = ['totp', 'passkey', 'phone', 'oauth'];

/** Shows accounts to administrators. */
@Injectable()
export class AccountView {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly sessions: AccountSessions,
    private readonly apiKeys: ApiKeyRows,
    private readonly runtime: SessionRuntime,
  ) {}

  summaryOf(account: StoredAccount): AccountSummary {
    return {
      id: account.id,
      email: account.email,
      emailConfirmedAt: account.emailConfirmedAt,
      username: account.username,
      active: account.active,
      roles: account.roles,
      locale: account.locale,
      createdAt: account.createdAt,
      updatedAt: account.updatedAt,
      passwordChangedAt: account.passwordChangedAt,
      loginCount: account.loginCount,
      lastLogin: account.lastLogin,
      currentLogin: account.currentLogin,
      status: this.#statusOf(account),
      hasPassword: account.password !== null,
      secondFactorRequired: account.state.secondFactorRequired === true,
    };
  }

  async detailsOf(account: StoredAccount): Promise<AccountDetails> {
    const credentials = await this.repository.credentials(account.id);
    return {
      ...this.summaryOf(account),
      data: account.data,
      factors: credentials.flatMap(({ kind: stored, name, createdAt, lastUsedAt, data }) => {
        const kind = factorKinds.find((one) => one === stored);
        return kind === undefined || data['enabled'] === false ? [] : [{ kind, name, createdAt, lastUsedAt }];
      }),
      recoveryCodes: credentials.filter(({ kind }) => kind === 'recovery-code').length,
      sessions: await this.#sessionsOf(account.id),
      apiKeys: this.config.has('apiKeys') ? await this.apiKeys.of(account) : [],
    };
  }

  #statusOf({ active, emailConfirmedAt, state }: StoredAccount): AccountStatus {
    const { frozen, deleteAt, lockedUntil, resetOwed } = state;
    if (frozen === true) return 'frozen';
    if (deleteAt !== undefined) return 'deleted';
    if (!active) return 'disabled';
    if (lockedUntil !== undefined && lockedUntil > this.runtime.now()) return 'locked';
    if (this.config.has('confirmation') && emailConfirmedAt === null) return 'unconfirmed';
    return resetOwed === true ? 'reset-owed' : 'active';
  }

  async #sessionsOf(id: string): Promise<readonly ListedSession[] | null> {
    try {
      return await this.sessions.of(id, null);
    } catch (error) {
      if (error instanceof AccountsException && error.code === 'SESSIONS_NOT_LISTED') return null;
      throw error;
    }
  }
}
