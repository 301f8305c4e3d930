import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { MailLoginRoutes } from './mail-login.routes.js';

/** Logs in by a link and a code in a mail. */
@Controller()
@AccountRoutes('mailLogin')
export class MailLoginController {
  constructor(
    private readonly routes: MailLoginRoutes,
    private readonly answers: AccountAnswers,
  ) {}

  /** The page that asks for the address, and the one that the link leads to. It uses nothing up: programs that look at mails follow links. */
  @Get('login/mail')
  page(@Exchanged() exchange: Exchange): Promise<void> {
    if (exchange.query('token') !== undefined) return this.answers.page(exchange, this.routes.linkForm);
    return this.answers.pageBeforeLogin(exchange, this.routes.askForm);
  }

  @Post('login/mail')
  ask(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.routes.askForm, () => this.routes.ask(exchange));
  }

  @Post('login/mail/enter')
  enter(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.routes.formOf(exchange), () => this.routes.enter(exchange));
  }
}
