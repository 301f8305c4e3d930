import { Body, Controller, Get, HttpCode, HttpStatus, Post, UnauthorizedException, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  LoginAttempts,
  Session,
  SessionAuthGuard,
  type SessionUser,
} from 'nestjs-session-auth';
import { AccountsService } from '../accounts/accounts.service.js';
import { credentialsOf } from '../login/credentials.js';

@Controller('api')
export class AccountApiController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: AccountsService,
  ) {}

  @Post('login')
  @HttpCode(HttpStatus.OK)
  async login(
    @Body() body: unknown,
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
  ): Promise<SessionUser> {
    const { email, password, remember } = credentialsOf(body);
    const user = await attempts.attempt(email, () => this.accounts.verify(email, password));
    if (!user) throw new UnauthorizedException('Wrong e-mail address or password.');
    await this.auth.login(session, user, { remember });
    return user;
  }

  @Post('logout')
  @HttpCode(HttpStatus.NO_CONTENT)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }
}
