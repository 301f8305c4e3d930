import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { Arrival } from '../login/arrival.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { SecondFactorSteps } from './second-factor-steps.js';

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
    private readonly secondFactor: SecondFactorSteps,
    private readonly arrival: Arrival,
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
    return this.answers.respond(exchange, this.#form, async () => ({
      status: 200,
      body: await this.secondFactor.options(exchange),
    }));
  }

  @Post('second-factor/send')
  send(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () => {
      await this.secondFactor.send(exchange);
      return { status: 202, body: { status: 'sent' }, goTo: this.paths.page('/second-factor?sent=1') };
    });
  }

  @Post('second-factor')
  prove(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.#form, async () =>
      this.arrival.answerTo(await this.secondFactor.prove(exchange)),
    );
  }
}
