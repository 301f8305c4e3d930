import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountFactors } from '../factors/account-factors.js';
import { factorNameIn } from '../factors/factor-name.js';
import type { Answer, PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { ApiKeyRows } from './api-key-rows.js';
import { ApiKeyService } from './api-key.service.js';
import type { ApiKey } from './listed-api-key.js';

/** In ms. */
const day = 86_400_000;
/** The longest time that is read, in days. */
const mostDays = 3_650;

/** The API keys of who is logged in. */
@Injectable()
export class ApiKeysRoutes {
  constructor(
    private readonly config: AccountsConfig,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
    private readonly rows: ApiKeyRows,
    private readonly keys: ApiKeyService,
    private readonly notices: SecurityNotices,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  async list(exchange: Exchange): Promise<readonly ApiKey[]> {
    return this.rows.of(await this.current.of(exchange));
  }

  /** Creates a key, for a login whose factors are fresh. It is shown this once. */
  async create(exchange: Exchange): Promise<Answer> {
    const account = await this.factors.fresh(exchange);
    const { scopes: known, maxAge } = this.config.options.apiKeys;
    const input = new Input(exchange.body);
    const name = factorNameIn(input);
    const scopes = scopesIn(input, known);
    const expiresAt = this.#endIn(input, maxAge);
    input.check();
    const made = await this.keys.issue(account, { name, scopes, expiresAt }, exchange.client.address);
    if (made === 'too-many') throw new AccountsException(409, 'TOO_MANY_API_KEYS');
    if (made === 'changed') throw new AccountsException(409, 'CHANGED_MEANWHILE');
    this.notices.send('api-key', { before: account, exchange, data: { apiKey: { name, scopes } } });
    const page: PageOf = {
      page: 'apiKeys',
      apiKeys: async () => ({ list: await this.rows.of(account), scopes: known, created: made.key }),
    };
    return { status: 201, body: made, page };
  }

  /** Without a fresh login: who fears that a key is known revokes it at once. */
  async revoke(exchange: Exchange, id: string): Promise<Answer> {
    const account = await this.current.of(exchange);
    if (!(await this.keys.revoke(account.id, id, exchange.client.address))) {
      throw new AccountsException(404, 'API_KEY_UNKNOWN');
    }
    return { status: 204, goTo: this.paths.page('/api-keys') };
  }

  /** `days`, or none: as long as keys are valid at most. */
  #endIn(input: Input, maxAge: number | null): Date | null {
    const raw = input.raw('days');
    const asked = input.has('days');
    const days = typeof raw === 'string' && /^\d{1,4}$/.test(raw) ? Number(raw) : raw;
    const isDays = typeof days === 'number' && Number.isInteger(days) && days > 0 && days <= mostDays;
    if (asked && (!isDays || days * day > (maxAge ?? Infinity))) {
      input.refuse('days', 'DAYS_INVALID');
      return null;
    }
    const ms = asked && isDays ? days * day : maxAge;
    return ms === null ? null : new Date(this.runtime.now() + ms);
  }
}

/** An array of JSON, or boxes of a form that are ticked: one, or several of one name. */
function scopesIn(input: Input, known: readonly string[]): readonly string[] {
  const raw = input.raw('scopes');
  const named: readonly unknown[] = Array.isArray(raw) ? raw : input.has('scopes') ? [raw] : [];
  const scopes = known.filter((scope) => named.includes(scope));
  if (named.length === 0) input.refuse('scopes', 'REQUIRED');
  else if (!named.every((scope) => typeof scope === 'string' && known.includes(scope))) {
    input.refuse('scopes', 'SCOPE_UNKNOWN');
  }
  return scopes;
}
