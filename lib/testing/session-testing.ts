import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { UnsentRequest } from '../http/unsent-request.js';
import {
  AuthService,
  SessionModule,
  SessionUnreachableError,
  type DeviceSession,
  type LoginOptions,
  type Session,
  type SessionData,
  type UserId,
} from '../index.js';
import { warnOfOwnTime } from './clock/own-time.js';
import type { CookieHolder } from './cookies/cookie-holder.js';
import type { SupertestAgent } from './cookies/supertest-agent.js';
import { cookiesOf, TestCookies } from './cookies/test-cookies.js';
import { seen, type SeenSession } from './seen-session.js';

/** What holds the cookies: a supertest agent, {@link TestCookies}, or another cookie jar. @publicApi */
export type TestBrowser = SupertestAgent | CookieHolder;

/** The parameters of the package's own `login()`. */
type LoginArguments = Parameters<AuthService['login']>;

/** How a test signs a user in. @publicApi */
export interface SignInOptions extends LoginOptions {
  /** Additional session data. */
  readonly data?: (Partial<SessionData> & Record<string, unknown>) | undefined;
  /**
   * The device the user logs in with. Default: that of the browser's current login, otherwise unknown, and `protection` then
   * has nothing to compare: the login stays fresh, whatever sends the cookie. If given, it appears in the list of devices, and
   * requests must send that `User-Agent` header. `address` defaults to `127.0.0.1`.
   */
  readonly device?: { readonly userAgent: string; readonly address?: string } | undefined;
}

/** The address of a test's own requests. */
const OWN_ADDRESS = '127.0.0.1';

/**
 * Sessions for your application's tests; create it with {@link sessionTesting}. Everything goes through the application: its
 * store, settings, events and limits. Only the login page is skipped.
 *
 * If something is rejected or fails, the methods reject with what a request would have thrown: `ForbiddenException`,
 * `ServiceUnavailableException`, `SessionValueError` and so on.
 *
 * @publicApi
 */
export class SessionTesting {
  readonly #auth: AuthService;

  constructor(private readonly app: INestApplicationContext) {
    this.#auth = authOf(app);
    warnOfOwnTime(app);
  }

  /**
   * Signs a user in, in a new browser without cookies.
   *
   * @param user a user, or its id. Checks of users (`isActive`, `timeoutsOf`) apply to a user only.
   * @throws TypeError, SessionUnreachableError, and whatever `AuthService.login()` throws
   */
  async signIn(user: LoginArguments[1], options: SignInOptions = {}): Promise<TestCookies> {
    return this.signInAgent(new TestCookies(), user, options);
  }

  /**
   * Signs a user in, in the given browser. Its session data stays, as with any login.
   *
   * @returns that browser
   */
  async signInAgent<Browser extends TestBrowser>(
    browser: Browser,
    user: LoginArguments[1],
    { data = {}, device, ...login }: SignInOptions = {},
  ): Promise<Browser> {
    await this.#visit(browser, device, async (session) => {
      await this.#auth.login(session, user, login);
      // Afterwards: if another user was logged in there, that session has ended along with its data.
      session.update(data);
    });
    return browser;
  }

  /**
   * The session behind the cookies, as their next request would find it; null: there is none, or it has ended.
   *
   * @param browser what holds the cookies, or a `Cookie` header.
   */
  async session(browser: TestBrowser | string): Promise<SeenSession | null> {
    const { session } = await this.#request(this.#cookiesOf(holderOf(browser)));
    return session.isNew ? null : seen(session, this.#auth);
  }

  /**
   * Changes the session behind the cookies, or starts one, and saves it, like Flask's `session_transaction`. `AuthService`
   * works on it as in a handler. If `edit` throws, nothing is saved; what takes effect at once, such as a logout, has done so.
   *
   * @returns the browser, with its new cookie if there is one; for a header, new cookies.
   */
  async transaction(header: string, edit: (session: Session) => unknown): Promise<TestCookies>;
  async transaction<Browser extends TestBrowser>(
    browser: Browser,
    edit: (session: Session) => unknown,
  ): Promise<Browser>;
  async transaction(
    browser: TestBrowser | string,
    edit: (session: Session) => unknown,
  ): Promise<TestBrowser | TestCookies> {
    const holder = holderOf(browser);
    await this.#visit(holder, undefined, edit);
    return holder;
  }

  /**
   * The sessions of a user, as listed by `AuthService.sessions()`.
   *
   * @throws SessionAbilityMissingError if the store has no owner index
   */
  async sessionsOf(userId: UserId): Promise<DeviceSession[]> {
    return this.#auth.sessions(userId);
  }

  async #visit(
    browser: TestBrowser,
    device: SignInOptions['device'],
    work: (session: Session) => unknown,
  ): Promise<void> {
    const cookies = this.#cookiesOf(browser);
    const request = await this.#request(cookies, device);
    await work(request.session);
    await cookies.take(await request.answer());
  }

  async #request({ header }: CookieHolder, device?: SignInOptions['device']): Promise<UnsentRequest> {
    const sender = device === undefined ? null : { address: OWN_ADDRESS, ...device };
    return UnsentRequest.to(this.app, await header, sender);
  }

  #cookiesOf(browser: unknown): CookieHolder {
    return cookiesOf(browser, UnsentRequest.cookiePath(this.app));
  }
}

/**
 * Sessions for the tests of `app`.
 *
 * ```ts
 * const kit = sessionTesting(app);
 * const browser = supertest.agent(app.getHttpServer());
 * await kit.signInAgent(browser, user);
 * await browser.get('/me').expect(200);
 * ```
 *
 * @param app an application or a context; initialise it before you use the kit.
 * @throws TypeError if it is neither
 * @throws SessionUnreachableError if it does not import `SessionModule`
 * @publicApi
 */
export function sessionTesting(app: INestApplicationContext): SessionTesting {
  return new SessionTesting(app);
}

function holderOf(browser: TestBrowser | string): TestBrowser {
  return typeof browser === 'string' ? new TestCookies(browser) : browser;
}

function authOf(app: unknown): AuthService {
  if (!isContext(app)) {
    throw new TypeError(
      'sessionTesting() expects the Nest application returned by createNestApplication() or NestFactory.create(), not its server.',
    );
  }
  // Requesting a missing provider would end the process of an application created by NestFactory.
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  if (modules.some(({ metatype }) => metatype === SessionModule)) return app.get(AuthService, { strict: false });
  throw new SessionUnreachableError(
    'This application has no sessions: import SessionModule.forRoot() in the module under test.',
  );
}

function isContext(app: unknown): app is INestApplicationContext {
  return typeof app === 'object' && app !== null && 'get' in app && 'resolve' in app && 'select' in app;
}
