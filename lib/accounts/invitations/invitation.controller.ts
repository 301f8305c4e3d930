import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { InvitationAcceptance } from './invitation-acceptance.js';

/** The link of an invitation. */
@Controller()
@AccountRoutes('invitations')
export class InvitationController {
  readonly #page: PageOf = {
    page: 'invitation',
    shown: ['username'],
    needsPassword: () => Promise.resolve(this.invitations.needsPassword),
  };

  constructor(
    private readonly invitations: InvitationAcceptance,
    private readonly answers: AccountAnswers,
  ) {}

  /** It uses nothing up: programs that look at mails follow links. */
  @Get('invitation')
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, this.#page);
  }

  @Post('invitation')
  accept(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.invitations.accept(exchange));
  }
}
