import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { SecondFactorService } from './second-factor.service.js';

/** Asks for the second factor of a login. */
@Controller()
@AccountRoutes('secondFactor')
export class SecondFactorController {
  readonly #form: PageOf = {
    page: 'secondFactor',
    shown: ['method', 'sent', 'trustDevice'],
    factors: (exchange) => this.secondFactor.shownOf(exchange),
  };

  constructor(
    private readonly secondFactor: SecondFactorService,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
  ) {}

  @Get('second-factor')
  async page(@Exchanged() exchange: Exchange): Promise<void> {
    if ((await this.secondFactor.stateOf(exchange)) === null) this.answers.leadTo(exchange, this.paths.page('/login'));
    else await this.answers.page(exchange, this.#form);
  }

  @Post('second-factor/options')
  options(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.secondFactor.options(exchange));
  }

  @Post('second-factor/send')
  send(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.secondFactor.send(exchange));
  }

  @Post('second-factor')
  prove(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, () => this.secondFactor.prove(exchange));
  }
}
