import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import { OwnedFactors } from './owned-factors.js';

/** The second factors of who is logged in. */
@Controller()
@AccountRoutes('factors')
export class FactorsController {
  readonly #page: PageOf = {
    page: 'factors',
    factors: async (exchange) => {
      const { factors, recoveryCodes } = await this.factors.list(exchange);
      return { list: factors, recoveryCodes };
    },
    returnTo: '/factors',
  };

  constructor(
    private readonly factors: OwnedFactors,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('factors')
  @LoggedIn()
  async list(@Exchanged() exchange: Exchange): Promise<void> {
    if (exchange.wantsPage) await this.answers.page(exchange, this.#page);
    else this.answers.json(exchange, await this.factors.list(exchange));
  }

  @Delete('factors/:id')
  @LoggedIn()
  remove(@Exchanged() exchange: Exchange, @Param('id') id: string): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.factors.remove(exchange, id));
  }

  @Post('factors/:id/delete')
  @LoggedIn()
  removeByForm(@Exchanged() exchange: Exchange, @Param('id') id: string): Promise<void> {
    return this.answers.respond(exchange, this.#page, () => this.factors.remove(exchange, id));
  }
}
