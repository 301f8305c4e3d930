import { Controller, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { RecoveryCodesService } from './recovery-codes.service.js';

const page: PageOf = { page: 'recoveryCodes', returnTo: '/factors' };

/** Makes recovery codes. */
@Controller()
@AccountRoutes('recoveryCodes')
export class RecoveryCodesController {
  constructor(
    private readonly codes: RecoveryCodesService,
    private readonly answers: AccountAnswers,
  ) {}

  @Post('factors/recovery-codes')
  @LoggedIn()
  make(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, page, async () => {
      const codes = await this.codes.make(exchange);
      return { status: 200, body: { codes }, page: { ...page, factors: () => Promise.resolve({ codes }) } };
    });
  }
}
