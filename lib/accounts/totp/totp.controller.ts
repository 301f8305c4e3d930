import { Controller, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { Arrival } from '../login/arrival.js';
import { TotpService } from './totp.service.js';

const form: PageOf = { page: 'totp', shown: ['name'], returnTo: '/factors' };

/** Sets up authenticator apps. Who may is decided by the service: also a login that has to set one up. */
@Controller()
@AccountRoutes('totp')
export class TotpController {
  constructor(
    private readonly totp: TotpService,
    private readonly arrival: Arrival,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
  ) {}

  @Post('factors/totp')
  begin(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, async () => {
      const { setUp, picture } = await this.totp.begin(exchange);
      const shown = { id: setUp.id, secret: setUp.secret, picture };
      return {
        status: 200,
        body: setUp,
        page: { page: 'totp', factors: () => Promise.resolve({ setUp: shown }) },
      };
    });
  }

  @Post('factors/totp/:id/enable')
  enable(@Exchanged() exchange: Exchange, @Param('id') id: string): Promise<void> {
    // The secret is not shown again.
    const setUp = { id, secret: null, picture: null };
    const again: PageOf = { ...form, factors: () => Promise.resolve({ setUp }) };
    return this.answers.respond(exchange, again, async () => {
      const result = await this.totp.enable(exchange, id);
      if (result.status !== 'enabled') return this.arrival.answerTo(result);
      return { status: 200, body: result, goTo: this.paths.page('/factors') };
    });
  }
}
