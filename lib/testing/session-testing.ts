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

/** Who has the cookies: an agent of supertest, {@link TestCookies}, or another jar. @publicApi */
export type TestBrowser = SupertestAgent | CookieHolder;

/** What the package's own `login()` takes. */
type LoginArguments = Parameters<AuthService['login']>;

/** How a test signs a user in. @publicApi */
export interface SignInOptions extends LoginOptions {
  /** What the session holds besides. */
  readonly data?: (Partial<SessionData> & Record<string, unknown>) | undefined;
  /**
   * What the user logs in with. Default: that of the login which the browser has already, otherwise not known, and then
   * `protection` has nothing to compare: the login stays fresh, whatever sends the cookie. Given, it is in the list of
   * devices, and requests must come with that header `User-Agent`, as in life. `address` is `127.0.0.1` where it is left out.
   */
  readonly device?: { readonly userAgent: string; readonly address?: string } | undefined;
}

/** Where a test's own requests come from. */
const OWN_ADDRESS = '127.0.0.1';

/**
 * Sessions for an application's own tests; {@link sessionTesting} makes it. Everything goes the application's own way: its
 * store, its settings, its events, its limits. Only the login page is left out.
 *
 * Where something is refused or fails, the methods reject with what a request would have met: `ForbiddenException`,
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
   * Signs a user in, in a browser that has nothing yet.
   *
   * @param user a user, or its id. What is asked of users (`isActive`, `timeoutsOf`) is asked of a user alone.
   * @throws TypeError, SessionUnreachableError, and whatever `AuthService.login()` throws
   */
  async signIn(user: LoginArguments[1], options: SignInOptions = {}): Promise<TestCookies> {
    return this.signInAgent(new TestCookies(), user, options);
  }

  /**
   * Signs a user in, in the browser that is given. What its session holds stays, as with any login.
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
      // Afterwards: the session of another user who was logged in there has ended with its data.
      session.update(data);
    });
    return browser;
  }

  /**
   * The session behind the cookies, as their next request would find it; null: there is none, or it has ended.
   *
   * @param browser who has the cookies, or a header `Cookie`.
   */
  async session(browser: TestBrowser | string): Promise<SeenSession | null> {
    const { session } = await this.#request(this.#cookiesOf(holderOf(browser)));
    return session.isNew ? null : seen(session, this.#auth);
  }

  /**
   * Lets a test change the session behind the cookies, or begin one, and saves it: what Flask calls `session_transaction`.
   * `AuthService` works on it as in a handler. Where `edit` throws, nothing is saved; what takes effect at once, such as a
   * logout, has done so.
   *
   * @returns the browser, which has got its new cookie if there was to be one; for a header, new cookies.
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
   * The sessions of a user: what `AuthService.sessions()` lists.
   *
   * @throws SessionAbilityMissingError where the store does not know whose a session is
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
 * @param app an application or a context, initialised before the kit is used.
 * @throws TypeError for what is none
 * @throws SessionUnreachableError where it does not import `SessionModule`
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
      'sessionTesting() expects the Nest application: what createNestApplication() or NestFactory.create() gave, not its server.',
    );
  }
  // To ask for what is missing would end the process of an application that NestFactory made.
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  if (modules.some(({ metatype }) => metatype === SessionModule)) return app.get(AuthService, { strict: false });
  throw new SessionUnreachableError(
    'This application has no sessions: import SessionModule.forRoot() in the module under test.',
  );
}

function isContext(app: unknown): app is INestApplicationContext {
  return typeof app === 'object' && app !== null && 'get' in app && 'resolve' in app && 'select' in app;
}
