import { Controller, Param, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { TotpService } from './totp.service.js';

const form: PageOf = { page: 'totp', shown: ['name'], returnTo: '/factors' };

/** Sets up authenticator apps. Who may is decided by the service: also a login that has to set one up. */
@Controller()
@AccountRoutes('totp')
export class TotpController {
  constructor(
    private readonly totp: TotpService,
    private readonly answers: AccountAnswers,
  ) {}

  @Post('factors/totp')
  begin(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, () => this.totp.begin(exchange));
  }

  @Post('factors/totp/:id/enable')
  enable(@Exchanged() exchange: Exchange, @Param('id') id: string): Promise<void> {
    // The secret is not shown again.
    const setUp = { id, secret: null, picture: null };
    const again: PageOf = { ...form, factors: () => Promise.resolve({ setUp }) };
    return this.answers.respond(exchange, again, () => this.totp.enable(exchange, id));
  }
}
