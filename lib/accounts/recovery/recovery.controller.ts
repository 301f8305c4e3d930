import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { RecoveryService } from './recovery.service.js';

const recoverForm: PageOf = { page: 'recover', shown: ['email'] };
const resetForm: PageOf = { page: 'reset' };

/** Sends a mail with a link for a new password, and sets it. */
@Controller()
@AccountRoutes('recovery')
export class RecoveryController {
  constructor(
    private readonly recovery: RecoveryService,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('recover')
  recoverPage(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, recoverForm);
  }

  @Post('recover')
  recover(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, recoverForm, () => this.recovery.recover(exchange));
  }

  /** The page that the link leads to. It uses nothing up: programs that look at mails follow links. */
  @Get('reset')
  resetPage(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, resetForm);
  }

  @Post('reset')
  reset(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, resetForm, () => this.recovery.reset(exchange));
  }
}
