import { expect } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { AuthService, CurrentUser, Session } from 'nestjs-session-auth';
import {
  AccountsService,
  type Account,
  type AccountsModuleOptions,
  type AccountsRoutes,
} from 'nestjs-session-auth/accounts';
import { stateOf } from '../../lib/session/session.js';
import { send, startAccounts, type AccountsApp, type JsonAnswer } from './accounts-app.js';
import type { AppSetup } from './app.js';
import type { CookieJar } from './jar.js';
import {
  SoftwareAuthenticator,
  type CreationOptions,
  type Deviation,
  type RequestOptions,
} from './software-authenticator.js';

export const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
export const bob = { email: 'bob@example.com', password: 'another long enough phrase' };

export interface PasskeysApp extends AccountsApp {
  /** The origin of its pages for browsers. */
  readonly origin: string;
  authenticator(nature?: ConstructorParameters<typeof SoftwareAuthenticator>[1]): SoftwareAuthenticator;
}

@Controller()
class HomeController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly auth: AuthService,
  ) {}

  @Post('enter-without-password')
  async enter(@Session() session: Session): Promise<void> {
    await this.accounts.enter(session, await this.accounts.create({ email: 'eve@example.com' }), ['mail']);
  }

  @Get('me')
  me(@CurrentUser() account: Account | null): { me: string | null } {
    return { me: account?.email ?? null };
  }

  @Get('login-facts')
  facts(@Session() session: Session): object {
    return {
      factors: Object.keys(stateOf(session).auth?.factors ?? {}),
      isRemembered: this.auth.isRemembered(session),
    };
  }
}

/** An application with passkeys, and with the accounts of two persons. */
export async function startPasskeys(
  options: AccountsModuleOptions & AccountsRoutes = {},
  setup: AppSetup = {},
): Promise<PasskeysApp> {
  const app = await startAccounts({ passkeys: true, ...options }, { controllers: [HomeController], ...setup });
  const accounts = app.app.get(AccountsService);
  for (const person of [ada, bob]) await accounts.create(person);
  const origin = app.url.replace('127.0.0.1', 'localhost');
  return { ...app, origin, authenticator: (nature) => new SoftwareAuthenticator(origin, nature) };
}

/** A ceremony that has begun. */
export interface Begun<Options> {
  readonly flow: string;
  readonly options: Options;
}

export async function begin<Options>(jar: CookieJar, path: string, body: object = {}): Promise<Begun<Options>> {
  const answer = await send(jar, path, body);
  expect(answer.status).toBe(200);
  return answer.body as unknown as Begun<Options>;
}

/** A browser that is logged in by the password, and has just added a passkey. */
export async function withPasskey(
  app: PasskeysApp,
  authenticator: SoftwareAuthenticator,
  { email: identity, password }: typeof ada = ada,
): Promise<CookieJar> {
  const jar = app.jar();
  expect((await send(jar, '/auth/login', { identity, password })).status).toBe(200);
  expect((await addPasskey(jar, authenticator)).status).toBe(201);
  return jar;
}

export async function addPasskey(
  jar: CookieJar,
  authenticator: SoftwareAuthenticator,
  deviation: Deviation = {},
  more: object = {},
): Promise<JsonAnswer> {
  const { flow, options } = await begin<CreationOptions>(jar, '/auth/passkeys/options');
  return send(jar, '/auth/passkeys', { flow, credential: authenticator.create(options, deviation), ...more });
}

export const beginLogin = (jar: CookieJar): Promise<Begun<RequestOptions>> =>
  begin(jar, '/auth/passkeys/login/options');

export async function logInWith(
  jar: CookieJar,
  authenticator: SoftwareAuthenticator,
  deviation: Deviation = {},
  more: object = {},
): Promise<JsonAnswer> {
  const { flow, options } = await beginLogin(jar);
  return send(jar, '/auth/passkeys/login', { flow, credential: authenticator.get(options, deviation), ...more });
}
