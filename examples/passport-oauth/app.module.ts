import { Controller, Get, HttpCode, Injectable, Module, Post, Redirect, Req, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import {
  AuthService,
  CsrfGuard,
  CurrentUser,
  Public,
  Session,
  SessionAuthGuard,
  SessionModule,
  UserLoader,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { Strategy } from 'passport-oauth2';

declare module 'nestjs-session-auth' {
  interface SessionUser {
    id: string;
    name: string;
  }
}

/** The provider, such as https://accounts.example.com, and this application as it is registered there. */
const provider = process.env['OAUTH_PROVIDER'] ?? 'http://localhost:4000';
const self = process.env['APP_ORIGIN'] ?? 'http://localhost:3000';

@Injectable()
export class UsersService {
  readonly #users = new Map<UserId, SessionUser>();

  @UserLoader()
  load(id: UserId): SessionUser | null {
    return this.#users.get(id) ?? null;
  }

  /** The user of an account at the provider, who is created at the first login. */
  ofAccount(subject: string, name: string): SessionUser {
    const user = { id: `provider:${subject}`, name };
    this.#users.set(user.id, user);
    return user;
  }
}

@Injectable()
export class ProviderStrategy extends PassportStrategy(Strategy, 'provider') {
  constructor(private readonly users: UsersService) {
    super({
      authorizationURL: `${provider}/authorize`,
      tokenURL: `${provider}/token`,
      clientID: process.env['OAUTH_CLIENT_ID'] ?? 'example',
      clientSecret: process.env['OAUTH_CLIENT_SECRET'] ?? 'not-a-secret',
      callbackURL: `${self}/login/callback`,
      // Kept in the session until the browser comes back: the answer of another login is rejected.
      state: true,
      pkce: true,
    });
  }

  async validate(accessToken: string): Promise<SessionUser> {
    const response = await fetch(`${provider}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
    if (!response.ok) throw new Error(`The provider answered ${String(response.status)} for the user's profile.`);
    const profile = (await response.json()) as { readonly sub: string; readonly name: string };
    return this.users.ofAccount(profile.sub, profile.name);
  }
}

@Controller()
export class LoginController {
  constructor(private readonly auth: AuthService) {}

  /** The guard sends the browser to the provider. */
  @Public()
  @Get('login')
  @UseGuards(AuthGuard('provider'))
  login(): void {
    // Never reached.
  }

  /** The provider sends it back. The session gets a new id, and keeps what was in it before. */
  @Public()
  @Get('login/callback')
  @UseGuards(AuthGuard('provider'))
  @Redirect('/me')
  async callback(@Req() request: { readonly user: SessionUser }, @Session() session: Session): Promise<void> {
    await this.auth.login(session, request.user);
  }

  @Get('me')
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

@Module({
  // Passport keeps the state in `req.session`, which `eager` provides.
  imports: [SessionModule.forRoot({ eager: true, redirects: { loginUrl: '/login' } })],
  controllers: [LoginController],
  providers: [
    UsersService,
    ProviderStrategy,
    { provide: APP_GUARD, useExisting: CsrfGuard },
    { provide: APP_GUARD, useExisting: SessionAuthGuard },
  ],
})
export class AppModule {}
