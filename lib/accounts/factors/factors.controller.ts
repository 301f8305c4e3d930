import { Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes, LoggedIn } from '../http/routes.decorator.js';
import type { FactorsShown } from '../pages/page.js';
import { OwnedFactors, type ListedFactor } from './owned-factors.js';

/** The second factors of the user. */
@Controller()
@AccountRoutes('factors')
export class FactorsController {
  readonly #page: PageOf = {
    page: 'factors',
    factors: async (exchange) => shownOf(await this.factors.list(exchange)),
    returnTo: '/factors',
  };

  constructor(
    private readonly factors: OwnedFactors,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
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
    return this.answers.respond(exchange, this.#page, async () => {
      await this.factors.remove(exchange, id);
      return { status: 204, goTo: this.paths.page('/factors') };
    });
  }

  @Post('factors/:id/delete')
  @LoggedIn()
  removeByForm(@Exchanged() exchange: Exchange, @Param('id') id: string): Promise<void> {
    return this.remove(exchange, id);
  }
}

/** The page shows recovery codes apart, since it offers them also where there are none. */
function shownOf(listed: readonly ListedFactor[]): Pick<FactorsShown, 'list' | 'recoveryCodes'> {
  const list = listed.filter((one) => one.method !== 'recovery-code');
  const codes = listed.find((one) => one.method === 'recovery-code');
  return { list, recoveryCodes: codes?.left ?? 0 };
}
