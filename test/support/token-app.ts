import { Controller, Get, Post, Query } from '@nestjs/common';
import { AuthService, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import {
  AccessToken,
  AccessTokens,
  MemoryAccountRepository,
  type AccountsModuleOptions,
} from 'nestjs-session-auth/accounts';
import { startAccounts, type AccountsApp } from './accounts-app.js';
import type { CookieJar } from './jar.js';
import { startOAuth, type OAuthApp } from './oauth-app.js';
import { clientId, clientSecret } from './oidc-server.js';

/** How long access tokens of the provider live, in ms. */
export const tokenLife = 600_000;

@Controller()
class TokenController {
  constructor(
    private readonly auth: AuthService,
    private readonly tokens: AccessTokens,
  ) {}

  @Get('token')
  token(@AccessToken('acme') token: string): { token: string } {
    return { token };
  }

  @Get('token-for')
  async tokenFor(@Session() session: Session, @Query() options: Record<string, string>): Promise<{ token: string }> {
    return { token: await this.tokens.get(session, 'acme', options) };
  }

  @Get('call')
  async call(@Session() session: Session, @Query('url') url: string): Promise<object> {
    const response = await this.tokens.fetch(session, 'acme', url);
    return { status: response.status, text: await response.text() };
  }

  @Get('data')
  data(@Session() session: Session): object {
    return session;
  }

  @Get('both')
  both(@Session() session: Session, @AccessToken('acme') token: string): { token: string } {
    session.mutate('n', (n) => Number(n ?? 0) + 1);
    return { token };
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session): Promise<void> {
    await session.regenerate();
  }

  @Post('confirm')
  async confirm(@Session() session: Session): Promise<void> {
    await this.auth.confirm(session);
  }

  @Post('leave')
  async leave(@Session() session: Session): Promise<void> {
    await this.auth.logout(session);
  }
}

/** An application that keeps the tokens of a provider, and further processes of it. */
export interface TokenApp extends OAuthApp {
  /** What all of its processes take the time from. */
  readonly time: { now: number };
  /** How often the provider was asked to renew tokens. */
  readonly renewals: () => number;
  /** Another process of it. */
  another(): Promise<AccountsApp>;
  /** A browser that is logged in. */
  loggedIn(): Promise<CookieJar>;
}

export async function startTokenApp(
  session: SessionModuleOptions = {},
  { more = {}, ...options }: AccountsModuleOptions & { readonly more?: object } = {},
): Promise<TokenApp> {
  const time = { now: Date.now() };
  const repository = new MemoryAccountRepository();
  const sessions = { ...session, clock: () => time.now };
  const setup = { session: sessions, controllers: [TokenController] };
  const settings = { scope: 'openid email', keepTokens: true };
  const server = {
    more: {
      rotateRefreshToken: true,
      issueRefreshToken: () => true,
      features: { revocation: { enabled: true } },
      ...more,
    },
    client: { grant_types: ['authorization_code', 'refresh_token'] },
  };
  const signUp = ({ email }: { readonly email: string | null }) => ({ email: email ?? '', emailConfirmed: true });
  const app = await startOAuth({ repository, settings, server, signUp, ...options }, setup);
  const others: AccountsApp[] = [];
  let signIns = 0;
  return {
    ...app,
    time,
    renewals: () => (app.provider.asked.get('/token') ?? 0) - signIns,
    another: async () => {
      const acme = { issuer: app.provider.issuer, clientId, clientSecret, ...settings };
      const other = await startAccounts({ repository, ...options, oauth: { providers: { acme } } }, setup);
      others.push(other);
      return other;
    },
    loggedIn: async () => {
      const jar = app.jar();
      const { status, body } = await app.signIn(jar);
      if (status !== 200) throw new Error(`The sign-in answered ${String(status)} ${JSON.stringify(body)}`);
      signIns++;
      return jar;
    },
    close: async () => {
      await Promise.all(others.map((other) => other.close()));
      await app.close();
    },
  };
}
