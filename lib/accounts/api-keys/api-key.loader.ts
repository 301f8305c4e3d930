import {
  ForbiddenException,
  HttpException,
  HttpStatus,
  Injectable,
  UnauthorizedException,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { requirementOf } from '../../auth/access/requirement.js';
import { RequestLoader } from '../../auth/users/loader.decorators.js';
import { SessionConfigError } from '../../errors.js';
import { routesIn } from '../../http/routes.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountGate } from '../gate/account-gate.js';
import { bucket, Budgets } from '../http/budgets.js';
import { accountOf, type Account } from '../repository/account.js';
import { ApiKeyRows } from './api-key-rows.js';
import { scopesAt, scopesOf } from './scopes.decorator.js';

/** In ms. */
const minute = 60_000;

/** Finds the account of a request with an API key. It makes no login: the key counts for this request alone. */
@RequestLoader()
@Injectable()
export class ApiKeyLoader implements OnModuleInit {
  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: ApiKeyRows,
    private readonly gate: AccountGate,
    private readonly budgets: Budgets,
    private readonly modules: ModulesContainer,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** @throws SessionConfigError for a route that needs a scope that no key can have */
  onModuleInit(): void {
    const { enabled, scopes } = this.config.options.apiKeys;
    if (!enabled) return;
    const problems = routesIn(this.modules).flatMap(({ handler, controller, title }) =>
      (scopesAt(handler, controller) ?? [])
        .filter((scope) => !scopes.includes(scope))
        .map((scope) => ({
          setting: `@Scopes() of ${title}`,
          problem: `${scope} is not in apiKeys.scopes: add it there, or correct the name`,
        })),
    );
    if (problems.length > 0) throw new SessionConfigError(problems);
  }

  /**
   * Null: the request has no key; or, where no login is required, one that is not valid or does not count here.
   *
   * @throws UnauthorizedException for a key that is not valid; ForbiddenException for one without the scopes; HttpException with 429
   */
  async load(request: object, context: ExecutionContext): Promise<Account | null> {
    if (!this.config.options.apiKeys.enabled || context.getType() !== 'http') return null;
    const sent = keyIn(request, `${this.config.options.apiKeys.prefix}_`);
    if (sent === null) return null;
    const { isPublic } = requirementOf(context);
    const wanted = scopesOf(context);
    if (wanted === null && isPublic) return null;
    const found = await this.rows.find(sent);
    const reason = found && (await this.gate.mayEnter(found.account, { way: 'api-key', factors: [] }));
    if (found === null || reason !== null) {
      if (isPublic) return null;
      this.#challenge(context, 'error="invalid_token"');
      throw new UnauthorizedException({
        statusCode: 401,
        message: 'The API key is not valid.',
        error: 'Unauthorized',
        code: 'API_KEY_INVALID',
      });
    }
    if (wanted?.every((scope) => found.key.scopes.includes(scope)) !== true) {
      if (isPublic) return null;
      this.#challenge(
        context,
        wanted === null ? 'error="insufficient_scope"' : `error="insufficient_scope", scope="${wanted.join(' ')}"`,
      );
      const message =
        wanted === null
          ? 'This route takes no API key.'
          : `The API key lacks a scope: this needs ${wanted.join(', ')}.`;
      throw new ForbiddenException({ statusCode: 403, message, error: 'Forbidden', code: 'SCOPE_MISSING' });
    }
    await this.#count(context, found.key.id);
    return accountOf(found.account);
  }

  async #count(context: ExecutionContext, id: string): Promise<void> {
    const { perMinute } = this.config.options.apiKeys;
    if (perMinute === null) return;
    const wait = await this.budgets.take([{ named: ['api-key', id], budget: bucket(perMinute, minute) }]);
    if (wait === 0) return;
    const retryAfter = Math.ceil(wait / 1000);
    this.#setHeader(context, 'Retry-After', String(retryAfter));
    const body = {
      statusCode: 429,
      message: 'The API key has made too many requests. Try again later.',
      error: 'Too Many Requests',
      ...{ code: 'TOO_MANY_REQUESTS', retryAfter },
    };
    throw new HttpException(body, HttpStatus.TOO_MANY_REQUESTS);
  }

  /** RFC 6750, section 3. */
  #challenge(context: ExecutionContext, error: string): void {
    this.#setHeader(context, 'WWW-Authenticate', `Bearer ${error}`);
  }

  #setHeader(context: ExecutionContext, name: string, value: string): void {
    this.adapterHost.httpAdapter.setHeader(context.switchToHttp().getResponse<unknown>(), name, value);
  }
}

/** In `Authorization: Bearer` or `X-API-Key`, and nowhere else: an address is kept in logs and histories. */
function keyIn(request: object, start: string): string | null {
  const { headers } = request as { readonly headers?: Readonly<Record<string, unknown>> };
  const authorization = headers?.['authorization'];
  const [, bearer] = typeof authorization === 'string' ? (/^bearer +(\S+)$/i.exec(authorization) ?? []) : [];
  const sent: unknown = headers?.['x-api-key'] ?? bearer;
  return typeof sent === 'string' && sent.length <= 200 && sent.startsWith(start) ? sent : null;
}
