import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';
import { countOf, linesOf } from '../cart/cart.js';
import { PagesService } from '../views/pages.service.js';
import { accountView } from './account.view.js';

/** Visible only to the user. `no-store` keeps it out of the browser's cache, so Back does not show it after a logout. */
@Controller('account')
@UseGuards(SessionAuthGuard)
export class AccountController {
  constructor(
    private readonly auth: AuthService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  show(@CurrentUser() user: SessionUser, @Session() session: Session): string {
    const main = accountView(user, {
      visits: session.visits ?? 0,
      cartCount: countOf(linesOf(session.cart)),
      publicId: session.id,
      isRestored: this.auth.isRestored(session),
    });
    return this.pages.render({ title: 'Your account', current: 'account', main: () => main }, session, user);
  }
}
