import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountValueError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { StoredAccount } from '../repository/account.js';
import { ApiKeyRows, type NewApiKey } from './api-key-rows.js';
import type { ApiKey } from './listed-api-key.js';

/** An API key to create. @publicApi */
export interface ApiKeyToCreate {
  /** A name. Default: none. */
  readonly name?: string | null | undefined;
  /** Its scopes, from the option `apiKeys.scopes`. */
  readonly scopes: readonly string[];
  /** How long it is valid, in ms; at most `apiKeys.maxAge`, which is the default. */
  readonly maxAge?: number | null | undefined;
}

/** A new API key. @publicApi */
export interface CreatedApiKey extends ApiKey {
  /** The key itself. It is not stored, and cannot be shown again. */
  readonly key: string;
}

/** The API keys of accounts, for the application's own code, such as pages for administrators. @publicApi */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly rows: ApiKeyRows,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /** The valid keys of an account, oldest first. */
  async list(accountId: string): Promise<readonly ApiKey[]> {
    const account = await this.repository.find(accountId);
    return account === null ? [] : this.rows.of(account);
  }

  /**
   * Creates a key, without checking who wants it.
   *
   * @throws AccountValueError for an unknown scope, no scope, a lifetime that is too long, too many keys, or an unknown account
   */
  async create(accountId: string, { name = null, scopes, maxAge }: ApiKeyToCreate): Promise<CreatedApiKey> {
    const { apiKeys } = this.config.options;
    const account = await this.repository.find(accountId);
    if (account === null) throw new AccountValueError('id', 'there is no account with this id.');
    if (scopes.length === 0 || !scopes.every((scope) => apiKeys.scopes.includes(scope))) {
      throw new AccountValueError('scopes', `expected one or more of ${apiKeys.scopes.join(', ')}.`);
    }
    const longest = maxAge ?? apiKeys.maxAge;
    if (longest !== null && (!(longest > 0) || longest > (apiKeys.maxAge ?? Infinity))) {
      throw new AccountValueError('maxAge', 'expected a time in ms above 0, and at most apiKeys.maxAge.');
    }
    const expiresAt = longest === null ? null : new Date(this.runtime.now() + longest);
    const made = await this.issue(account, { name, scopes: [...new Set(scopes)], expiresAt }, '');
    if (made === 'too-many') {
      throw new AccountValueError('id', `the account has ${String(apiKeys.max)} keys already (apiKeys.max).`);
    }
    if (made === 'changed') {
      throw new AccountValueError('id', 'the account has been changed in the meantime; try again.');
    }
    return made;
  }

  /** Creates a key of what has been checked. For the package itself. */
  async issue(
    account: StoredAccount,
    key: NewApiKey,
    address: string,
  ): Promise<CreatedApiKey | 'too-many' | 'changed'> {
    if ((await this.rows.of(account)).length >= this.config.options.apiKeys.max) return 'too-many';
    const made = await this.rows.add(account, key);
    if (made === null) return 'changed';
    this.events.tell('apiKeyCreated', { userId: account.id, address, keyId: made.row.id });
    return { ...made.row, key: made.key };
  }

  /**
   * Revokes a key, with effect from the next request. @param by the account id of the administrator who does it @returns whether this call
   * did it
   */
  async revoke(accountId: string, id: string, address = '', by?: string): Promise<boolean> {
    const removed = await this.rows.remove(accountId, id);
    const revoked = { userId: accountId, address, keyId: id, ...(by !== undefined && { by }) };
    if (removed !== null) this.events.tell('apiKeyRevoked', revoked);
    return removed !== null;
  }
}
