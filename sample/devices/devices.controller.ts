import { Body, Controller, Get, Header, HttpStatus, Post, Redirect } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Session, type SessionUser } from 'nestjs-session-auth';
import { textField } from '../views/form.js';
import { formatCount } from '../views/format.js';
import { PagesService } from '../views/pages.service.js';
import { devicesView } from './devices.view.js';

/** Where the user is logged in. Asks for the password again after `freshFor`. */
@Controller('devices')
@Fresh()
export class DevicesController {
  constructor(
    private readonly auth: AuthService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async list(@Session() session: Session, @CurrentUser() user: SessionUser): Promise<string> {
    const main = devicesView(await this.auth.sessions(user.id, session), new Date());
    const scripts = ['live-devices.js'];
    return this.pages.render({ title: 'Your devices', current: 'account', main, scripts }, session, user);
  }

  /** The list alone, for the open page. */
  @Get('list')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async part(@Session() session: Session, @CurrentUser() user: SessionUser): Promise<string> {
    return this.pages.renderPart(devicesView(await this.auth.sessions(user.id, session), new Date()), session);
  }

  @Post('revoke')
  @Redirect('/devices', HttpStatus.SEE_OTHER)
  async revoke(@Body() body: unknown, @Session() session: Session, @CurrentUser() user: SessionUser): Promise<void> {
    // This does not end the session of another user.
    const isRevoked = await this.auth.revoke(user.id, textField(body, 'device', 100));
    if (isRevoked) session.flash('success', 'The device was logged out.');
    else session.flash('info', 'The device was already logged out.');
  }

  @Post('revoke-others')
  @Redirect('/devices', HttpStatus.SEE_OTHER)
  async revokeOthers(@Session() session: Session, @CurrentUser() user: SessionUser): Promise<void> {
    const ended = await this.auth.logoutEverywhere(user.id, { except: session });
    session.flash('success', `Logged out ${formatCount(ended, 'other device')}. Only this one is still logged in.`);
  }
}
