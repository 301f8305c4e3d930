import { Body, Controller, Get, Header, HttpStatus, Post, Query, Redirect, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { AuthService, CurrentUser, LoginAttempts, safeNext, Session, type SessionUser } from 'nestjs-session-auth';
import { AccountsService } from '../accounts/accounts.service.js';
import { field } from '../views/form.js';
import { PagesService } from '../views/pages.service.js';
import { credentialsOf } from './credentials.js';
import { loginView, type LoginForm } from './login.view.js';
import { TooManyAttemptsFilter } from './too-many-attempts.filter.js';

/** Where a login leads without a `next`, or with one that is not on this site. */
const afterLogin = '/account';

@Controller()
@UseFilters(TooManyAttemptsFilter)
export class LoginController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
    private readonly pages: PagesService,
  ) {}

  @Get('login')
  @Header('Content-Type', 'text/html; charset=utf-8')
  form(@Query('next') next: unknown, @Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    return this.#page({ next: safeNext(next, afterLogin), email: '', remember: false, refused: false }, session, user);
  }

  @Post('login')
  async login(
    @Body() body: unknown,
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
    @Res() response: Response,
  ): Promise<void> {
    const { email, password, remember } = credentialsOf(body);
    // The form came from the browser, so `next` is checked again.
    const next = safeNext(field(body, 'next'), afterLogin);
    const user = await attempts.attempt(email, () => this.accounts.verify(email, password));
    if (!user) {
      const page = this.#page({ next, email, remember, refused: true }, session, null);
      response.status(HttpStatus.UNAUTHORIZED).type('html').send(page);
      return;
    }
    await this.auth.login(session, user, { remember });
    session.flash('success', `Welcome, ${user.name}. You are logged in.`);
    response.redirect(HttpStatus.SEE_OTHER, next);
  }

  @Post('logout')
  @Redirect('/', HttpStatus.SEE_OTHER)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
    session.flash('info', 'You are logged out.');
  }

  #page(shown: Omit<LoginForm, 'user'>, session: Session, user: SessionUser | null): string {
    const main = loginView({ ...shown, user });
    return this.pages.render({ title: 'Log in', current: 'login', main }, session, user);
  }
}
