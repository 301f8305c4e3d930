import { Injectable, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { requirementOf } from '../../auth/access/requirement.js';
import type { AuthFeature } from '../../auth/auth-feature.js';
import { CsrfConfig } from '../../auth/csrf/csrf-config.js';
import { LoginFeature } from '../../auth/features.js';
import type { UserId } from '../../auth/users/user.js';
import type { RequestSession } from '../../http/request-session.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { AccountsConfig } from '../accounts-config.js';
import type { Account } from '../repository/account.js';
import { bearerIn, BearerTokens } from './bearer-token.js';
import { isSessionOnly } from './session-only.decorator.js';
import { TokenFamilies } from './token-families.js';
import { TokenLogins } from './token-logins.js';

/** Finds the account of a request with an access token, whose session then counts for nothing; and ends tokens with their sessions. */
@LoginFeature()
@Injectable()
export class BearerFeature implements AuthFeature {
  constructor(
    private readonly config: AccountsConfig,
    private readonly tokens: BearerTokens,
    private readonly logins: TokenLogins,
    private readonly families: TokenFamilies,
    private readonly adapterHost: HttpAdapterHost,
    csrf: CsrfConfig,
  ) {
    // No other site can make a browser send it.
    csrf.leaveAlone((context) => this.#accessIn(context) !== null);
  }

  claim(context: ExecutionContext): (() => Promise<Account | null>) | null {
    const sent = this.#accessIn(context);
    return sent === null ? null : () => this.#accountOf(context, sent);
  }

  /** @throws UnauthorizedException for a token that is not valid, or counts for nothing here */
  async #accountOf(context: ExecutionContext, sent: string): Promise<Account | null> {
    const { isPublic } = requirementOf(context);
    if (isSessionOnly(context)) {
      throw this.#refusal(context, 'SESSION_NEEDED', 'This route needs a session: it does not accept access tokens.');
    }
    const account = await this.logins.accountOf(sent);
    if (account !== null || isPublic) return account;
    throw this.#refusal(context, 'ACCESS_TOKEN_INVALID', 'The access token is not valid.');
  }

  async leaving(request: RequestSession | null, auth: AuthFacts | null, lineage: string | null): Promise<void> {
    if (auth === null || lineage === null) return;
    await this.#endOfSession(auth.userId, lineage, request?.client.address ?? '');
  }

  async ending({ userId }: AuthFacts, lineage: string): Promise<void> {
    await this.#endOfSession(userId, lineage, '');
  }

  async endingAll(userId: UserId, _except: AuthFacts | null, exceptLineage: string | null): Promise<void> {
    if (!this.#isOn || typeof userId !== 'string') return;
    await this.families.endAll(userId, exceptLineage);
  }

  async #endOfSession(userId: UserId, lineage: string, address: string): Promise<void> {
    if (!this.#isOn || typeof userId !== 'string') return;
    await this.families.endOfSession(userId, lineage, address);
  }

  get #isOn(): boolean {
    return this.config.options.tokens.enabled;
  }

  /** What a request carries where that counts: a public route for sessions alone goes by its session. */
  #accessIn(context: ExecutionContext): string | null {
    if (!this.#isOn || context.getType() !== 'http') return null;
    const sent = bearerIn(context.switchToHttp().getRequest<object>());
    if (sent === null || !this.tokens.isMeant('access', sent) || !hasHandler(context)) return null;
    return requirementOf(context).isPublic && isSessionOnly(context) ? null : sent;
  }

  /** RFC 6750, section 3. */
  #refusal(context: ExecutionContext, code: string, message: string): UnauthorizedException {
    const response: unknown = context.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.setHeader(response, 'WWW-Authenticate', 'Bearer error="invalid_token"');
    return new UnauthorizedException({ statusCode: 401, message, error: 'Unauthorized', code });
  }
}

/** Code that has no request in hand has no route, either: only what was found for its route counts. */
function hasHandler(context: ExecutionContext): boolean {
  const handler: unknown = context.getHandler();
  return typeof handler === 'function';
}
