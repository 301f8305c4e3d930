import { Controller, Delete, Post, UseGuards } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Public } from '../../auth/access/access.decorators.js';
import { CsrfGuard } from '../../auth/csrf/csrf.guard.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountsException } from '../http/accounts.exception.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { FeatureGuard, OfFeature } from '../http/feature.guard.js';
import { TokenRoutes } from './token.routes.js';

/** Tokens for clients without cookies. There are no pages: the answers are JSON. */
@Controller()
@OfFeature('tokens')
@Public()
@UseGuards(FeatureGuard, CsrfGuard)
export class TokenController {
  constructor(
    private readonly tokens: TokenRoutes,
    private readonly answers: AccountAnswers,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  @Post('token')
  issue(@Exchanged() exchange: Exchange): Promise<void> {
    return this.#respond(exchange, () => this.tokens.issue(exchange));
  }

  @Post('token/options')
  options(@Exchanged() exchange: Exchange): Promise<void> {
    return this.#respond(exchange, () => this.tokens.options(exchange));
  }

  @Post('token/send')
  send(@Exchanged() exchange: Exchange): Promise<void> {
    return this.#respond(exchange, () => this.tokens.send(exchange));
  }

  @Post('token/refresh')
  refresh(@Exchanged() exchange: Exchange): Promise<void> {
    return this.#respond(exchange, () => this.tokens.refresh(exchange));
  }

  @Delete('token')
  revoke(@Exchanged() exchange: Exchange): Promise<void> {
    return this.#respond(exchange, () => this.tokens.revoke(exchange));
  }

  #respond(exchange: Exchange, work: () => Promise<Answer>): Promise<void> {
    return this.answers.respondInJson(exchange, async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof AccountsException && error.code.endsWith('_TOKEN_INVALID')) this.#challenge(exchange);
        throw error;
      }
    });
  }

  /** RFC 6750, section 3. */
  #challenge({ response }: Exchange): void {
    this.adapterHost.httpAdapter.setHeader(response, 'WWW-Authenticate', 'Bearer error="invalid_token"');
  }
}
