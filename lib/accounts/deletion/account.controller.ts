import { Controller, Get } from '@nestjs/common';
import { AccountAnswers } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AccountExport } from './account-export.js';

const page = { page: 'account' } as const;

/** What is kept of the account that is logged in. */
@Controller()
@AccountRoutes('account')
export class AccountController {
  constructor(
    private readonly account: AccountExport,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('account')
  @LoggedIn()
  async overview(@Exchanged() exchange: Exchange): Promise<void> {
    if (exchange.wantsPage) await this.answers.page(exchange, page);
    else this.answers.json(exchange, await this.account.overview(exchange));
  }

  /** JSON, also for a browser, which is led to the page that asks who it is first. */
  @Get('account/export')
  @LoggedIn()
  export(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, page, () => this.account.export(exchange));
  }
}
