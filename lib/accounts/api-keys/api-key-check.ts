import { HttpException, HttpStatus, Injectable, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AccountsConfig } from '../accounts-config.js';
import { AccountGate } from '../gate/account-gate.js';
import { bucket, Budgets } from '../http/budgets.js';
import type { StoredAccount } from '../repository/account.js';
import { ApiKeyRows } from './api-key-rows.js';
import { scopesOf } from './scopes.decorator.js';

/** In ms. */
const minute = 60_000;

/** Whether a key counts for a route. `invalid`: it counts nowhere; `lacking`: it lacks a scope, or the route takes none. */
export type ApiKeyVerdict = { readonly account: StoredAccount } | 'invalid' | 'lacking';

/** Checks the keys that requests carry. */
@Injectable()
export class ApiKeyCheck {
  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: ApiKeyRows,
    private readonly gate: AccountGate,
    private readonly budgets: Budgets,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * @param isOf whose it has to be. Default: anybody's
   * @throws HttpException with 429
   */
  async check(
    context: ExecutionContext,
    sent: string,
    isOf: (account: StoredAccount) => boolean = () => true,
  ): Promise<ApiKeyVerdict> {
    const found = await this.rows.find(sent);
    if (found === null || !isOf(found.account)) return 'invalid';
    const { account, key } = found;
    if ((await this.gate.mayEnter(account, { way: 'api-key', factors: [] })) !== null) return 'invalid';
    if (scopesOf(context)?.every((scope) => key.scopes.includes(scope)) !== true) return 'lacking';
    await this.#count(context, key.id);
    return { account };
  }

  async #count(context: ExecutionContext, id: string): Promise<void> {
    const { perMinute } = this.config.options.apiKeys;
    if (perMinute === null) return;
    const wait = await this.budgets.take([{ named: ['api-key', id], budget: bucket(perMinute, minute) }]);
    if (wait === 0) return;
    const retryAfter = Math.ceil(wait / 1000);
    const response: unknown = context.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.setHeader(response, 'Retry-After', String(retryAfter));
    const body = {
      statusCode: 429,
      message: 'The API key has made too many requests. Try again later.',
      error: 'Too Many Requests',
      ...{ code: 'TOO_MANY_REQUESTS', retryAfter },
    };
    throw new HttpException(body, HttpStatus.TOO_MANY_REQUESTS);
  }
}

/** A 403. @param wanted what the route needs; null: it takes no key */
export function scopeMissing(wanted: readonly string[] | null): HttpException {
  const message =
    wanted === null
      ? 'This route does not accept API keys.'
      : `The API key lacks a scope: this needs ${wanted.join(', ')}.`;
  const body = { statusCode: 403, message, error: 'Forbidden', code: 'SCOPE_MISSING' };
  return new HttpException(body, HttpStatus.FORBIDDEN);
}
