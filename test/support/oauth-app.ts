import { Controller, Get, Post } from '@nestjs/common';
import { CurrentUser, Session } from 'nestjs-session-auth';
import type {
  Account,
  AccountsModuleOptions,
  AccountsRoutes,
  OAuthProviderSettings,
  OAuthSignUpHook,
} from 'nestjs-session-auth/accounts';
import { stateOf } from '../../lib/session/session.js';
import { send, startAccounts, type AccountsApp, type JsonAnswer } from './accounts-app.js';
import type { AppSetup } from './app.js';
import type { CookieJar } from './jar.js';
import { clientId, clientSecret, startOidcServer, type OidcServer } from './oidc-server.js';

@Controller()
export class OAuthHome {
  @Get('me')
  me(@CurrentUser() account: Account | null): { me: string | null } {
    return { me: account?.email ?? null };
  }

  @Get('login-facts')
  facts(@Session() session: Session): object {
    return { factors: stateOf(session).auth?.factors ?? {} };
  }

  @Post('begin')
  begin(@Session() session: Session): void {
    session.set('cart', 1);
  }
}

/** An application whose accounts can sign in with a provider, which is called acme. */
export interface OAuthApp extends AccountsApp {
  readonly provider: OidcServer;
  /** Begins and goes through the provider. @returns the path of the callback */
  goThrough(jar: CookieJar, body?: object, providerJar?: CookieJar): Promise<string>;
  /** The same, and comes back. */
  signIn(jar: CookieJar, body?: object, providerJar?: CookieJar): Promise<JsonAnswer>;
  /** Comes back. */
  comeBack(jar: CookieJar, path: string): Promise<JsonAnswer>;
  who(jar: CookieJar): Promise<string | null>;
}

/** Begins a sign-in and goes through the provider. @returns the path of the callback */
export async function goThrough(
  provider: OidcServer,
  jar: CookieJar,
  body: object = {},
  providerJar = provider.jar(),
): Promise<string> {
  const { status, body: begun } = await send(jar, '/auth/oauth/acme', body);
  if (status !== 200) throw new Error(`The start answered ${String(status)} ${JSON.stringify(begun)}`);
  const { pathname, search } = await provider.visit(String(begun['url']), providerJar);
  return pathname + search;
}

export async function startOAuth(
  {
    signUp,
    settings = {},
    server = {},
    ...options
  }: AccountsModuleOptions &
    AccountsRoutes & {
      signUp?: OAuthSignUpHook;
      settings?: Partial<OAuthProviderSettings>;
      server?: Parameters<typeof startOidcServer>[1];
    } = {},
  setup: AppSetup = {},
): Promise<OAuthApp> {
  let port = '';
  const provider = await startOidcServer(() => [`http://localhost:${port}/auth/oauth/acme/callback`], server);
  const acme: OAuthProviderSettings = { issuer: provider.issuer, clientId, clientSecret, label: 'Acme', ...settings };
  const app = await startAccounts(
    { oauth: { providers: { acme }, ...(signUp === undefined ? {} : { signUp }) }, ...options },
    { ...setup, controllers: [OAuthHome, ...(setup.controllers ?? [])] },
  );
  port = new URL(app.url).port;
  const comeBack: OAuthApp['comeBack'] = async (jar, path) => {
    const response = await jar.fetch(path);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    ...app,
    provider,
    comeBack,
    goThrough: (jar, body, providerJar) => goThrough(provider, jar, body, providerJar),
    signIn: async (jar, body, providerJar) => comeBack(jar, await goThrough(provider, jar, body, providerJar)),
    who: async (jar) => ((await jar.json('/me')) as { me: string | null }).me,
    async close() {
      await app.close();
      await provider.close();
    },
  };
}
