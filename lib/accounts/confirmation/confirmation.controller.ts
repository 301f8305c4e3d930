import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { ConfirmationService } from './confirmation.service.js';

const resendForm: PageOf = { page: 'confirm', shown: ['email'] };

/** Confirms the addresses of registrations. */
@Controller()
@AccountRoutes('confirmation')
export class ConfirmationController {
  readonly #form: PageOf = {
    page: 'confirm',
    shown: ['email'],
    needsPassword: (exchange) => this.confirmation.needsPassword(exchange),
  };

  constructor(
    private readonly confirmation: ConfirmationService,
    private readonly answers: AccountAnswers,
  ) {}

  /** The page that the link leads to. It uses nothing up: programs that look at mails follow links. */
  @Get('confirm')
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, this.#form);
  }

  @Post('confirm')
  confirm(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.confirmation.confirm(exchange));
  }

  @Post('confirm/resend')
  resend(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, resendForm, () => this.confirmation.resend(exchange));
  }
}
