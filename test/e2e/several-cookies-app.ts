import { Body, Controller, Get, Post } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Session,
  type SessionModuleOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { startApp, type PlatformName, type RunningApp } from '../support/app.js';

/** The same at two paths, as where an application moves from one to the other. */
@Controller(['', 'app'])
class SiteController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { user: this.auth.userId(session), data: session.toJSON() };
  }

  @Get('look')
  look(@Session({ readonly: true }) session: Session) {
    return { user: this.auth.userId(session), data: session.toJSON() };
  }

  /** Asks who is there, which is what lets remember-me in. */
  @Get('who')
  who(@CurrentUser() user: (SessionUser & { readonly id: UserId }) | null) {
    return { user: user?.id ?? null };
  }

  @Post('set')
  set(@Session() session: Session, @Body() data: Record<string, unknown>) {
    session.update(data);
    return {};
  }

  @Post('clear')
  clear(@Session() session: Session) {
    session.clear();
    return {};
  }

  @Post('login')
  async login(@Session() session: Session, @Body() { user, remember }: { user: UserId; remember?: boolean }) {
    await this.auth.login(session, user, { remember });
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }
}

/** An application whose cookies are set as `session` says. */
export function startSite(session: SessionModuleOptions, platform: PlatformName = 'express'): Promise<RunningApp> {
  return startApp({ controllers: [SiteController], platform, session });
}
