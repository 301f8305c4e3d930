import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { OAuthLinks } from '../oauth/oauth-links.service.js';
import { VerifyService } from './verify.service.js';

/** Asks for the password again, before something that needs a fresh login. */
@Controller()
@AccountRoutes('verify')
export class VerifyController {
  readonly #form: PageOf = {
    page: 'verify',
    shown: ['method', 'sent'],
    factors: (exchange) => this.verify.shownOf(exchange),
    oauth: (exchange) => this.links.list(exchange),
  };

  constructor(
    private readonly verify: VerifyService,
    private readonly answers: AccountAnswers,
    private readonly links: OAuthLinks,
  ) {}

  @Get('verify')
  @LoggedIn()
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.page(exchange, this.#form);
  }

  @Post('verify/options')
  @LoggedIn()
  options(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () => ({
      status: 200,
      body: await this.verify.options(exchange),
    }));
  }

  @Post('verify/send')
  @LoggedIn()
  send(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.verify.send(exchange));
  }

  @Post('verify')
  @LoggedIn()
  check(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.verify.verify(exchange));
  }
}
