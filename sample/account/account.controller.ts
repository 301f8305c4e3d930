import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';
import { countOf, linesOf } from '../cart/cart.js';
import { PagesService } from '../views/pages.service.js';
import { accountView } from './account.view.js';

/** What only the one it belongs to may see; no cache keeps it, so that going back after a logout does not show it. */
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
