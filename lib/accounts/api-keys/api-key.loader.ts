import { Injectable, UnauthorizedException, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { requirementOf } from '../../auth/access/requirement.js';
import { RequestLoader } from '../../auth/users/loader.decorators.js';
import { SessionConfigError } from '../../errors.js';
import { routesIn } from '../../http/routes.js';
import { AccountsConfig } from '../accounts-config.js';
import { bearerIn } from '../bearer/bearer-token.js';
import { accountOf, type Account } from '../repository/account.js';
import { ApiKeyCheck, scopeMissing } from './api-key-check.js';
import { scopesAt, scopesOf } from './scopes.decorator.js';

/** Finds the account of a request with an API key. It makes no login: the key counts for this request alone. */
@RequestLoader()
@Injectable()
export class ApiKeyLoader implements OnModuleInit {
  constructor(
    private readonly config: AccountsConfig,
    private readonly keys: ApiKeyCheck,
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
   * @throws UnauthorizedException for a key that is not valid; HttpException with 403 for one without the scopes, and with 429
   */
  async load(request: object, context: ExecutionContext): Promise<Account | null> {
    if (!this.config.options.apiKeys.enabled || context.getType() !== 'http') return null;
    const sent = keyIn(request, `${this.config.options.apiKeys.prefix}_`);
    if (sent === null) return null;
    const { isPublic } = requirementOf(context);
    const wanted = scopesOf(context);
    if (wanted === null && isPublic) return null;
    const verdict = await this.keys.check(context, sent);
    if (typeof verdict === 'object') return accountOf(verdict.account);
    if (isPublic) return null;
    if (verdict === 'lacking') {
      this.#challenge(
        context,
        wanted === null ? 'error="insufficient_scope"' : `error="insufficient_scope", scope="${wanted.join(' ')}"`,
      );
      throw scopeMissing(wanted);
    }
    this.#challenge(context, 'error="invalid_token"');
    throw new UnauthorizedException({
      statusCode: 401,
      message: 'The API key is not valid.',
      error: 'Unauthorized',
      code: 'API_KEY_INVALID',
    });
  }

  /** RFC 6750, section 3. */
  #challenge(context: ExecutionContext, error: string): void {
    const response: unknown = context.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.setHeader(response, 'WWW-Authenticate', `Bearer ${error}`);
  }
}

/** In `Authorization: Bearer` or `X-API-Key`, and nowhere else: an address is kept in logs and histories. */
function keyIn(request: object, start: string): string | null {
  const { headers } = request as { readonly headers?: Readonly<Record<string, unknown>> };
  const sent: unknown = headers?.['x-api-key'] ?? bearerIn(request);
  return typeof sent === 'string' && sent.length <= 200 && sent.startsWith(start) ? sent : null;
}
