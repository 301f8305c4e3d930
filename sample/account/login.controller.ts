import { Body, Controller, Get, Header, HttpStatus, Post, Query, Redirect, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AuthService, CurrentUser, safeNext, Session, type SessionUser } from 'nestjs-session-auth';
import { field } from '../views/form.js';
import { renderPage } from '../views/layout.js';
import { visitorOf } from '../views/visitor.js';
import { AccountsService } from './accounts.service.js';
import { credentialsOf } from './credentials.js';
import { loginView } from './login.view.js';

/** Where a login leads when nobody asked for a place, or for one that is not on this site. */
const afterLogin = '/account';

@Controller()
export class LoginController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
  ) {}

  @Get('login')
  @Header('Content-Type', 'text/html; charset=utf-8')
  form(@Query('next') next: unknown, @Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    const main = loginView({
      next: safeNext(next, afterLogin),
      asked: next !== undefined,
      email: '',
      refused: false,
      user,
    });
    return renderPage({ title: 'Log in', current: 'login', main }, visitorOf(session, user));
  }

  @Post('login')
  async login(@Body() body: unknown, @Session() session: Session, @Res() response: Response): Promise<void> {
    const { email, password } = credentialsOf(body);
    // The form came from the browser, so where it leads is checked again here.
    const next = safeNext(field(body, 'next'), afterLogin);
    const user = await this.accounts.verify(email, password);
    if (!user) {
      const main = loginView({ next, asked: false, email, refused: true, user: null });
      const page = renderPage({ title: 'Log in', current: 'login', main }, visitorOf(session, null));
      response.status(HttpStatus.UNAUTHORIZED).type('html').send(page);
      return;
    }
    await this.auth.login(session, user);
    session.flash('success', `Welcome, ${user.name}. You are logged in.`);
    response.redirect(HttpStatus.SEE_OTHER, next);
  }

  @Post('logout')
  @Redirect('/', HttpStatus.SEE_OTHER)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
    session.flash('info', 'You are logged out.');
  }
}
