import {
  Body,
  Controller,
  createParamDecorator,
  Get,
  Param,
  Post,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Passive,
  Session,
  SessionAuthGuard,
  SessionService,
  type LoginOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';

const Context = createParamDecorator((_: unknown, context: ExecutionContext) => context);

export interface LoginBody extends LoginOptions {
  readonly user: { readonly id: UserId } | UserId;
}

/** What a user does with several devices. */
@Controller()
export class DevicesController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Post('login')
  async login(@Session() session: Session, @Body() { user, ...options }: LoginBody) {
    await this.auth.login(session, user, options);
    return { id: session.id };
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser) {
    return user;
  }

  @Get('devices')
  @UseGuards(SessionAuthGuard)
  devices(@Session() session: Session) {
    return this.auth.sessions(this.auth.userId(session) ?? '', session);
  }

  @Post('revoke/:publicId')
  async revoke(@Session() session: Session, @Param('publicId') publicId: string) {
    return { revoked: await this.auth.revoke(this.auth.userId(session) ?? '', publicId) };
  }

  @Post('elsewhere')
  async elsewhere(@Session() session: Session) {
    const userId = this.auth.userId(session) ?? '';
    return { ended: await this.auth.logoutEverywhere(userId, { except: session }) };
  }

  @Post('everywhere')
  async everywhere(@Body() { user, except }: { user: UserId; except?: string }) {
    return { ended: await this.auth.logoutEverywhere(user, { except }) };
  }

  @Post('everyone')
  async everyone() {
    await this.auth.logoutAllUsers();
    return {};
  }

  @Get('status')
  @Passive()
  @UseGuards(SessionAuthGuard)
  status(@Context() context: ExecutionContext) {
    return this.sessions.status(context);
  }

  @Get('open-status')
  openStatus(@Context() context: ExecutionContext) {
    return this.sessions.status(context);
  }
}

export function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
