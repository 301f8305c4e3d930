import { Body, Controller, Get, HttpCode, Injectable, Module, Post, UnauthorizedException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthService,
  CsrfGuard,
  CurrentUser,
  LoginAttempts,
  Public,
  Session,
  SessionAuthGuard,
  SessionModule,
  UserLoader,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';

declare module 'nestjs-session-auth' {
  interface SessionUser {
    id: number;
    name: string;
  }
}

/** The origin of the page. */
export const pageOrigin = process.env['PAGE_ORIGIN'] ?? 'http://localhost:5173';

@Injectable()
export class UsersService {
  @UserLoader()
  load(id: UserId): SessionUser | null {
    return id === 1 ? { id: 1, name: 'Ada' } : null;
  }

  /** Replace it with your database, and compare hashes of passwords. */
  verify(email: string, password: string): SessionUser | null {
    return email === 'ada@example.com' && password === 'correct horse' ? this.load(1) : null;
  }
}

interface Credentials {
  readonly email?: unknown;
  readonly password?: unknown;
}

@Controller()
export class ApiController {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
  ) {}

  @Get('me')
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  async login(
    @Body() { email, password }: Credentials,
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
  ): Promise<SessionUser> {
    if (typeof email !== 'string' || typeof password !== 'string') throw new UnauthorizedException();
    const user = await attempts.attempt(email, () => this.users.verify(email, password));
    if (user === null) throw new UnauthorizedException('Wrong email address or password.');
    await this.auth.login(session, user);
    return user;
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

@Module({
  imports: [SessionModule.forRoot({ csrf: { trustedOrigins: [pageOrigin] }, redirects: { refusal: 'json' } })],
  controllers: [ApiController],
  providers: [
    UsersService,
    { provide: APP_GUARD, useExisting: CsrfGuard },
    { provide: APP_GUARD, useExisting: SessionAuthGuard },
  ],
})
export class AppModule {}
