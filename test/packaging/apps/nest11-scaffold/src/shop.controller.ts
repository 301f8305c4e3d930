import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';

declare module 'nestjs-session-auth' {
  interface SessionData {
    visits?: number;
  }
  interface SessionUser {
    id: string;
    name: string;
  }
}

export const ada: SessionUser = { id: 'ada', name: 'Ada' };

@Controller()
export class ShopController {
  constructor(private readonly auth: AuthService) {}

  @Get('visits')
  visits(@Session() session: Session): { visits: number } {
    session.visits = (session.visits ?? 0) + 1;
    return { visits: session.visits };
  }

  @Post('login')
  async login(@Session() session: Session): Promise<{ welcome: string }> {
    await this.auth.login(session, ada);
    return { welcome: ada.name };
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }
}
