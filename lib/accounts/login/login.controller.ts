import { Controller, Get, Post } from '@nestjs/common';
import { AccountAnswers, type PageOf } from '../http/account-answers.js';
import { Exchanged, type Exchange } from '../http/exchange.js';
import { AccountRoutes } from '../http/routes.decorator.js';
import { WhileImpersonated } from '../impersonation/impersonation.decorators.js';
import { AccountStyle } from '../pages/account-style.js';
import { LoginService } from './login.service.js';

const form: PageOf = { page: 'login', shown: ['identity', 'remember'] };

/** Logs in by a password, and out; and what every page needs. */
@Controller()
@AccountRoutes('login')
export class LoginController {
  constructor(
    private readonly login: LoginService,
    private readonly answers: AccountAnswers,
    private readonly style: AccountStyle,
  ) {}

  /** What there is, and who is logged in. Begins no session. */
  @Get()
  async overview(@Exchanged() exchange: Exchange): Promise<void> {
    this.answers.json(exchange, await this.login.overview(exchange));
  }

  @Get('login')
  loginPage(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.pageBeforeLogin(exchange, form);
  }

  @Post('login')
  logIn(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, () => this.login.logIn(exchange));
  }

  @Post('logout')
  @WhileImpersonated()
  logOut(@Exchanged() exchange: Exchange): Promise<void> {
    return this.answers.respond(exchange, form, () => this.login.logOut(exchange));
  }

  @Get('style.css')
  sheet(@Exchanged() exchange: Exchange): void {
    this.style.send(exchange);
  }
}
