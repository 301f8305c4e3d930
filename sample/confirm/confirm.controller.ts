import { Body, Controller, Get, Header, HttpStatus, Post, Query, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import {
  AuthService,
  CurrentUser,
  LoginAttempts,
  safeNext,
  Session,
  SessionAuthGuard,
  type SessionUser,
} from 'nestjs-session-auth';
import { AccountsService } from '../accounts/accounts.service.js';
import { passwordOf } from '../login/credentials.js';
import { TooManyAttemptsFilter } from '../login/too-many-attempts.filter.js';
import { field } from '../views/form.js';
import { PagesService } from '../views/pages.service.js';
import { confirmView, type ConfirmForm } from './confirm.view.js';
import { actionNamed } from './confirmed-actions.js';

/** Where the confirmation leads without a `next`, or with one that is not on this site. */
const afterConfirming = '/account';

/** The re-authentication page (option `confirmUrl`): asks for the password again, then leads back. */
@Controller('confirm')
@UseGuards(SessionAuthGuard)
@UseFilters(TooManyAttemptsFilter)
export class ConfirmController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  form(
    @Query('next') next: unknown,
    @Query('action') action: unknown,
    @Session() session: Session,
    @CurrentUser() user: SessionUser,
  ): string {
    const shown = { next: safeNext(next, afterConfirming), action: actionNamed(action), refused: false };
    return this.#page(shown, session, user);
  }

  @Post()
  async confirm(
    @Body() body: unknown,
    @Session() session: Session,
    @CurrentUser() user: SessionUser,
    @LoginAttempts() attempts: LoginAttempts,
    @Res() response: Response,
  ): Promise<void> {
    const next = safeNext(field(body, 'next'), afterConfirming);
    const action = actionNamed(field(body, 'action'));
    // The same password as at the login, so wrong ones count against the same limit.
    const confirmed = await attempts.attempt(user.email, () => this.accounts.verify(user.email, passwordOf(body)));
    if (!confirmed) {
      const page = this.#page({ next, action, refused: true }, session, user);
      response.status(HttpStatus.UNAUTHORIZED).type('html').send(page);
      return;
    }
    await this.auth.confirm(session, { action });
    response.redirect(HttpStatus.SEE_OTHER, next);
  }

  #page(shown: Omit<ConfirmForm, 'user'>, session: Session, user: SessionUser): string {
    const main = confirmView({ ...shown, user });
    return this.pages.render({ title: 'Confirm your password', current: 'account', main }, session, user);
  }
}
