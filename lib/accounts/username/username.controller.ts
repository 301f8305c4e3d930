import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { AccountFactors } from '../factors/account-factors.js';
import { UsernameService } from './username.service.js';

const form: PageOf = { page: 'username', shown: ['username'] };

/** Changes the username of who is logged in. */
@Controller()
@AccountRoutes('usernameChange')
export class UsernameController {
  constructor(
    private readonly service: UsernameService,
    private readonly factors: AccountFactors,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
  ) {}

  @Get('account/username')
  @LoggedIn()
  async page(@Exchanged() exchange: Exchange): Promise<void> {
    if (await this.factors.isFresh(exchange)) await this.answers.page(exchange, form);
    else this.answers.leadTo(exchange, this.paths.verification('/account/username'));
  }

  @Post('username')
  @LoggedIn()
  change(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, () => this.service.change(exchange));
  }
}
