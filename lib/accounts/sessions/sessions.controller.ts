import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { WhileImpersonated } from '../impersonation/impersonation.decorators.js';
import { AccountSessions } from './account-sessions.js';

/** The devices of who is logged in. */
@Controller()
@AccountRoutes('sessions')
export class SessionsController {
  readonly #page: PageOf = { page: 'sessions', sessions: (exchange) => this.sessions.list(exchange) };
  /** What is shown where something is rejected: the list may be what failed. */
  readonly #plain: PageOf = { page: 'sessions' };

  constructor(
    private readonly sessions: AccountSessions,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('sessions')
  @LoggedIn()
  @WhileImpersonated()
  list(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#plain, async () => {
      const body = await this.sessions.list(exchange);
      return { status: 200, body, page: { ...this.#page, sessions: () => Promise.resolve(body) } };
    });
  }

  @Delete('sessions')
  @LoggedIn()
  endOthers(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#plain, () => this.sessions.endOthers(exchange));
  }

  @Post('sessions/delete')
  @LoggedIn()
  endOthersByForm(@Exchanged() exchange: Exchange): Promise<void> {
    return this.endOthers(exchange);
  }

  @Delete('sessions/:publicId')
  @LoggedIn()
  end(@Exchanged() exchange: Exchange, @Param('publicId') publicId: unknown): Promise<void> {
    return this.answers.respond(exchange, this.#plain, () => this.sessions.end(exchange, String(publicId)));
  }

  @Post('sessions/:publicId/delete')
  @LoggedIn()
  endByForm(@Exchanged() exchange: Exchange, @Param('publicId') publicId: unknown): Promise<void> {
    return this.end(exchange, publicId);
  }
}
