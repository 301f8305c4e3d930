import { Body, Controller, Get, Header, HttpStatus, Post, Redirect } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Roles, Session, type SessionUser } from 'nestjs-session-auth';
import { accountOf, AccountRepository } from 'nestjs-session-auth/accounts';
import { textField } from '../views/form.js';
import { formatCount } from '../views/format.js';
import { PagesService } from '../views/pages.service.js';
import { adminView } from './admin.view.js';

/** For admins only: ends the logins of one user, or of everyone. */
@Controller('admin')
@Roles('admin')
@Fresh()
export class AdminController {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly auth: AuthService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async show(@Session() session: Session, @CurrentUser() user: SessionUser): Promise<string> {
    const { accounts } = await this.accounts.list();
    const rows = await Promise.all(
      accounts.map(async (account) => ({
        account: accountOf(account),
        logins: (await this.auth.sessions(account.id)).length,
      })),
    );
    return this.pages.render({ title: 'All logins', current: 'account', main: adminView(rows) }, session, user);
  }

  @Post('logout-user')
  @Redirect('/admin', HttpStatus.SEE_OTHER)
  async logOutUser(@Body() body: unknown, @Session() session: Session): Promise<void> {
    const account = await this.accounts.find(textField(body, 'user', 100));
    if (account === null) {
      session.flash('info', 'This account no longer exists.');
      return;
    }
    const ended = await this.auth.logoutEverywhere(account.id, { except: session });
    const { name, email }: SessionUser = accountOf(account);
    session.flash('success', `${name ?? email}: ${formatCount(ended, 'login')} ended.`);
  }

  @Post('logout-everyone')
  @Redirect('/auth/login', HttpStatus.SEE_OTHER)
  async logOutEveryone(@Session() session: Session): Promise<void> {
    await this.auth.logoutAllUsers();
    // That includes the admin's own session. Logging out starts a new one, which can carry the message.
    await this.auth.logout(session);
    session.flash('success', 'Everyone is logged out, including you.');
  }
}
