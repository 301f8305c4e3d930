import { Controller, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { PasskeyLoginService } from './passkey-login.service.js';

/** What a browser sees that sends a form rather than a script's request. */
const form: PageOf = { page: 'login' };

/** Logs in with a passkey. */
@Controller()
@AccountRoutes('passkeys')
export class PasskeyLoginController {
  constructor(
    private readonly login: PasskeyLoginService,
    private readonly answers: AccountAnswers,
  ) {}

  @Post('passkeys/login/options')
  options(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, async () => ({
      status: 200,
      body: await this.login.options(exchange),
    }));
  }

  @Post('passkeys/login')
  logIn(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, () => this.login.logIn(exchange));
  }
}
