import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { PasswordChangeService } from './password-change.service.js';

/** Changes the password of who is logged in. */
@Controller()
@AccountRoutes('passwordChange')
export class PasswordChangeController {
  readonly #form: PageOf = {
    page: 'password',
    needsPassword: (exchange) => this.service.needsCurrent(exchange),
  };

  constructor(
    private readonly service: PasswordChangeService,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('account/password')
  @LoggedIn()
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, this.#form);
  }

  @Post('password')
  @LoggedIn()
  change(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.service.change(exchange));
  }
}
