import { Controller, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { Arrival } from '../login/arrival.js';
import { PhonesService } from './phones.service.js';

const form: PageOf = { page: 'phone', shown: ['phone', 'name'], returnTo: '/factors' };

/** Sets up telephones. Who may is decided by the service: also a login that has to set one up. */
@Controller()
@AccountRoutes('sms')
export class PhonesController {
  constructor(
    private readonly phones: PhonesService,
    private readonly arrival: Arrival,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
  ) {}

  @Post('factors/code')
  begin(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, async () => {
      const { id, phone } = await this.phones.begin(exchange);
      return { status: 202, body: { id }, page: setUpPage(id, phone) };
    });
  }

  @Post('factors/code/:id/enable')
  enable(@Exchanged() exchange: Exchange, @Param('id') id: string): Promise<void> {
    return this.answers.respond(exchange, setUpPage(id, null), async () => {
      const result = await this.phones.enable(exchange, id);
      if (result.status !== 'enabled') return this.arrival.answerTo(result);
      return { status: 200, body: result, goTo: this.paths.page('/factors') };
    });
  }
}

/** The page that asks for the code. @param phone the end of the number; null: it is not shown again */
function setUpPage(id: string, phone: string | null): PageOf {
  return { page: 'phone', factors: () => Promise.resolve({ phoneSetUp: { id, phone } }), returnTo: '/factors' };
}
