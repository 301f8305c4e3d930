import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { RegistrationService } from './registration.service.js';

/** Creates accounts for those who ask for one. */
@Controller()
@AccountRoutes('registration')
export class RegistrationController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly answers: AccountAnswers,
  ) {}

  @Get('register')
  page(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.pageBeforeLogin(exchange, this.registration.form);
  }

  @Post('register')
  register(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, this.registration.form, () => this.registration.register(exchange));
  }
}
