import { Controller, Get, Header, HttpStatus, Post, Redirect } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Session, type SessionUser } from 'nestjs-session-auth';
import { AccountRepository } from 'nestjs-session-auth/accounts';
import { grantFor, type ConfirmedAction } from './confirmed-actions.js';
import { PagesService } from '../views/pages.service.js';
import { deletionView } from './deletion.view.js';

@Controller('account/deletion')
@Fresh({ action: 'delete-account' satisfies ConfirmedAction, within: grantFor })
export class DeletionController {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly auth: AuthService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  form(@Session() session: Session, @CurrentUser() user: SessionUser): string {
    return this.pages.render({ title: 'Delete your account', current: 'account', main: deletionView }, session, user);
  }

  @Post()
  @Redirect('/', HttpStatus.SEE_OTHER)
  async delete(@Session() session: Session, @CurrentUser() user: SessionUser): Promise<void> {
    await this.accounts.delete(user.id);
    // Without the account, no login works any more. This also removes the user's sessions on all devices.
    await this.auth.logoutEverywhere(user.id);
    await this.auth.logout(session);
    session.flash('info', 'Your account was deleted, and you are logged out everywhere.');
  }
}
