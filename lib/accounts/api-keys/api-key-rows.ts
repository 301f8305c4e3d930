import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { hashOfSecret, isSameHash } from '../proofs/proof-token.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import { newApiKey, readApiKey } from './api-key.js';
import type { ApiKey } from './listed-api-key.js';

const kind = 'api-key';
/** How often the time of the last use is written, in ms. */
const notedEvery = 60_000;

/** What a new key is made from. */
export interface NewApiKey {
  readonly name: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** The keys of accounts, as they are stored: hashed, and found by what their tokens begin with. */
@Injectable()
export class ApiKeyRows {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly afterAnswer: AfterAnswer,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now' | 'report'>,
  ) {}

  /** The valid ones of an account, the oldest first. */
  async of(account: StoredAccount): Promise<readonly ApiKey[]> {
    return (await this.repository.credentials(account.id, kind))
      .filter((row) => this.#isValid(row, account))
      .map(keyOf);
  }

  /** @returns the key as its owner has to keep it, and what is known of it; null: the account is gone, or has another epoch */
  async add(
    account: StoredAccount,
    { name, scopes, expiresAt }: NewApiKey,
  ): Promise<{ key: string; row: ApiKey } | null> {
    const { key, selector, secret } = newApiKey(this.config.options.apiKeys.prefix);
    const data = { hash: hashOfSecret(secret), scopes, epoch: account.epoch };
    const row = { kind, externalId: selector, name, data, expiresAt };
    const result = await this.repository.addCredential(account.id, row, account.epoch);
    return 'added' in result ? { key, row: keyOf(result.added) } : null;
  }

  /** The account and the key that a program has sent; null: it is none, or no longer. */
  async find(sent: string): Promise<{ account: StoredAccount; key: ApiKey } | null> {
    const token = readApiKey(this.config.options.apiKeys.prefix, sent);
    const row = token && (await this.repository.findCredential(kind, token.selector));
    const hash = row?.data['hash'];
    if (!row || typeof hash !== 'string' || !isSameHash(hash, hashOfSecret(token.secret))) return null;
    const account = await this.repository.find(row.accountId);
    if (account === null || !this.#isValid(row, account)) return null;
    this.#noteUse(row);
    return { account, key: keyOf(row) };
  }

  /** @returns the key that was removed by this call; null: the account has none with this id */
  async remove(accountId: string, id: string): Promise<ApiKey | null> {
    for (;;) {
      const row = (await this.repository.credentials(accountId, kind)).find((one) => one.id === id);
      if (row === undefined) return null;
      // A use in between has raised its version.
      if (await this.repository.deleteCredential(id, row.version)) return keyOf(row);
    }
  }

  #isValid({ data: { epoch }, expiresAt }: Credential, { state }: StoredAccount): boolean {
    const isInTime = expiresAt === null || expiresAt.getTime() > this.runtime.now();
    return isInTime && typeof epoch === 'number' && epoch >= (state.apiKeysSince ?? 0);
  }

  /** If another request notes it at the same time, that one is as good. */
  #noteUse(row: Credential): void {
    const now = this.runtime.now();
    if (row.lastUsedAt !== null && now - row.lastUsedAt.getTime() < notedEvery) return;
    this.afterAnswer.run(async () => {
      await this.repository.updateCredential({ ...row, lastUsedAt: new Date(now) }, row.version);
    });
  }
}

function keyOf({ id, name, data: { scopes }, createdAt, lastUsedAt, expiresAt }: Credential): ApiKey {
  const named = Array.isArray(scopes) ? scopes.filter((scope): scope is string => typeof scope === 'string') : [];
  return { id, name, scopes: named, createdAt, lastUsedAt, expiresAt };
}
