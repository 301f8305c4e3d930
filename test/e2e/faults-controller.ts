import { Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard } from 'nestjs-session-auth';

export const post = { method: 'POST' };

/** The routes that are asked while a store is in trouble. */
@Controller()
export class FaultsController {
  constructor(private readonly auth: AuthService) {}

  @Get('untouched')
  untouched() {
    return {};
  }

  @Get('read')
  read(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session) };
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Post('login/:user')
  async login(@Session() session: Session, @Param('user') user: string) {
    await this.auth.login(session, user);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Post('destroy')
  async destroy(@Session() session: Session) {
    await session.destroy();
    return {};
  }

  @Post('commit')
  async commit(@Session() session: Session) {
    session.set('a', true);
    await session.commit();
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: unknown) {
    return user;
  }
}
