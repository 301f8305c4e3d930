import { Injectable } from '@nestjs/common';
import { ApiKeyService } from '../api-keys/api-key.service.js';
import { AccountLockedOutError, AdministrationRefusedError, type AdministrationRefusal } from '../errors.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import type { Account } from '../repository/account.js';
import { AccountAdministration } from './account-administration.js';
import type { AccountDetails, AdministrationShown, FoundAccounts } from './administered-account.js';
import { Administrators } from './administrators.js';
import type { ByAdministrator } from './by-administrator.js';
import { CurrentAdministrator } from './current-administrator.js';

/** How many accounts a page has, and at most. */
const [usualLimit, mostLimit] = [50, 200];
const longestSearch = 320;
const longestRole = 400;
const mostRoles = 100;

/** What an administrator does to an account; null: there is no such account. */
type Work = (id: string, by: ByAdministrator, input: Input) => Promise<Account | null>;

/** Administration of accounts by those who may do it. */
@Injectable()
export class AdminRoutes {
  constructor(
    private readonly administration: AccountAdministration,
    private readonly administrators: Administrators,
    private readonly current: CurrentAdministrator,
    private readonly apiKeys: ApiKeyService,
    private readonly paths: AccountPaths,
  ) {}

  async list(exchange: Exchange): Promise<FoundAccounts> {
    await this.current.of(exchange);
    const names = ['search', 'role', 'active', 'after', 'limit'];
    const input = new Input(Object.fromEntries(names.map((name) => [name, exchange.query(name)])));
    const search = input.optionalText('search', longestSearch) ?? undefined;
    const role = input.optionalText('role', longestRole) ?? undefined;
    const after = input.optionalText('after', longestSearch) ?? undefined;
    const active = input.has('active') ? input.flag('active') : undefined;
    const limit = limitIn(input);
    input.check();
    return this.administration.list({ search, role, active, after, limit });
  }

  async show(exchange: Exchange, id: string): Promise<AccountDetails> {
    await this.current.of(exchange);
    const found = await this.administration.show(id);
    if (found === null) throw new AccountsException(404, 'ACCOUNT_UNKNOWN');
    return found;
  }

  /** What the page of an account shows. */
  async shown(exchange: Exchange, id: string): Promise<AdministrationShown> {
    const administrator = await this.current.of(exchange);
    const account = await this.administration.show(id);
    const roles = account === null ? [] : await this.administrators.rolesFor(administrator, account);
    return { accounts: [], next: null, account, roles, invitations: [] };
  }

  disable(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by) => this.administration.disable(id, by));
  }

  enable(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by) => this.administration.enable(id, by));
  }

  endSessions(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by) => this.administration.endSessions(id, by));
  }

  forceReset(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by) => this.administration.forceReset(id, by));
  }

  requireSecondFactor(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by, input) => {
      const isRequired = input.has('required') ? input.flag('required') : true;
      input.check();
      return this.administration.requireSecondFactor(id, isRequired, by);
    });
  }

  /** Without a password: its owner sets one by recovery, so that an administrator knows none. */
  resetAccess(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by, input) => {
      const factors = input.optionalText('factors', longestRole) ?? 'remove';
      if (factors !== 'keep' && factors !== 'remove') {
        input.refuse('factors', 'CHOICE_UNKNOWN');
        input.check();
        return Promise.resolve(null);
      }
      input.check();
      return this.administration.resetAccess(id, { factors }, by);
    });
  }

  setRoles(exchange: Exchange, id: string): Promise<Answer> {
    return this.#change(exchange, id, (_id, by, input) => {
      const roles = rolesIn(input, 'roles');
      input.check();
      return this.administration.setRoles(id, roles, by);
    });
  }

  async revokeApiKey(exchange: Exchange, id: string, keyId: string): Promise<Answer> {
    const administrator = await this.current.fresh(exchange);
    if (!(await this.apiKeys.revoke(id, keyId, exchange.client.address, administrator.id))) {
      throw new AccountsException(404, 'API_KEY_UNKNOWN');
    }
    return { status: 204, goTo: this.#pageOf(id) };
  }

  async #change(exchange: Exchange, id: string, work: Work): Promise<Answer> {
    const administrator = await this.current.fresh(exchange);
    const by = { by: administrator.id, address: exchange.client.address };
    const changed = await asAnswers(() => work(id, by, new Input(exchange.body)));
    const shown = changed && (await this.administration.show(id));
    if (shown === null) throw new AccountsException(404, 'ACCOUNT_UNKNOWN');
    return { status: 200, body: shown, goTo: this.#pageOf(id) };
  }

  #pageOf(id: string): string {
    return this.paths.page(`/admin/accounts/${encodeURIComponent(id)}`);
  }
}

const statuses: Readonly<Partial<Record<AdministrationRefusal, number>>> = {
  ROLE_NOT_GRANTABLE: 403,
  SENT_TOO_OFTEN: 429,
};

/** What the service refuses, in the words of the routes. */
export async function asAnswers<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccountLockedOutError) throw new AccountsException(409, 'RECOVERY_OFF');
    if (!(error instanceof AdministrationRefusedError)) throw error;
    const { reason } = error;
    if (reason === 'ROLE_UNKNOWN') throw invalid({ roles: [reason] });
    throw new AccountsException(statuses[reason] ?? 409, reason);
  }
}

function limitIn(input: Input): number {
  const raw = input.raw('limit');
  if (!input.has('limit')) return usualLimit;
  const limit = typeof raw === 'string' && /^\d{1,3}$/.test(raw) ? Number(raw) : 0;
  if (limit < 1 || limit > mostLimit) input.refuse('limit', 'NOT_NUMBER');
  return limit;
}

/** An array of JSON, or boxes of a form that are ticked: one, or several of one name. An empty text among them is none. */
export function rolesIn(input: Input, field: string): readonly string[] {
  const raw = input.raw(field);
  if (raw === undefined || raw === null) {
    input.refuse(field, 'REQUIRED');
    return [];
  }
  const named: readonly unknown[] = Array.isArray(raw) ? raw : typeof raw === 'string' ? [raw] : [null];
  if (named.length > mostRoles) input.refuse(field, 'TOO_LONG');
  const roles: string[] = [];
  for (const [index, role] of named.slice(0, mostRoles).entries()) {
    // By its own rules for text, which name the field.
    const one = new Input({ [field]: typeof role === 'string' ? role : index });
    if (role !== '') roles.push(one.text(field, longestRole));
    if (one.isWrong) input.refuse(field, 'NOT_LIST');
  }
  return roles;
}
