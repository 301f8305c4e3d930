import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { Restoring } from './restoring.js';

/** "This was not me": restores an account to what it was before a change that was mailed to its owner. */
@Controller()
@AccountRoutes('notMe')
export class NotMeController {
  readonly #form: PageOf = {
    page: 'notMe',
    details: (exchange, texts) => this.restoring.details('not-me', exchange, texts),
  };

  constructor(
    private readonly restoring: Restoring,
    private readonly answers: AccountAnswers,
  ) {}

  /** The page that the link leads to. It uses nothing up: programs that look at mails follow links. */
  @Get('not-me')
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, this.#form);
  }

  @Post('not-me')
  report(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.restoring.use('not-me', exchange));
  }
}
