import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { AccountToCreate } from '../../accounts/accounts.service.js';
import type { Account } from '../../accounts/repository/account.js';
import { ACCOUNTS_TESTING, type AccountsTestingAccess, type TokenPair } from '../../accounts/testing-access.js';
import { SessionUnreachableError } from '../../index.js';
import type { TestCookies } from '../cookies/test-cookies.js';
import { sessionTesting, type SessionTesting, type SignInOptions, type TestBrowser } from '../session-testing.js';
import { TestMessages, type TestMails, type TestSms } from './test-messages.js';

/**
 * Accounts for your application's tests; create it with {@link accountsTesting}.
 *
 * @publicApi
 */
export class AccountsTesting {
  /** What the application has mailed since the kit was created. */
  readonly mails: TestMails;
  /** The messages to telephones that it has sent since then. */
  readonly sms: TestSms;
  readonly #access: AccountsTestingAccess;
  readonly #sessions: SessionTesting;
  #made = 0;

  constructor(app: INestApplicationContext) {
    this.#access = accessOf(app);
    this.#sessions = sessionTesting(app);
    const { settled } = this.#access;
    this.mails = new TestMessages({ onMessage: this.#access.onMail, settled });
    this.sms = new TestMessages({ onMessage: this.#access.onSms, settled });
  }

  /**
   * Creates an account, as `AccountsService.create()` does.
   *
   * @param account what matters to the test. Default: an address of its own, which is confirmed, and no password, since hashing one takes time.
   */
  async create(account: Partial<AccountToCreate> = {}): Promise<Account> {
    const email = `user-${String(++this.#made)}@accounts.test`;
    return this.#access.create({ email, ...account });
  }

  /**
   * Logs an account in, in a new browser, without a request. The gate is passed as by any login of the application.
   *
   * @param options.factors what was proved, such as `['pwd', 'mfa']` for an account with a second factor
   * @throws ForbiddenException if the account does not let anybody in
   */
  logIn(account: Pick<Account, 'id'>, options: SignInOptions = {}): Promise<TestCookies> {
    return this.#sessions.signIn(account.id, options);
  }

  /**
   * Logs an account in by access and refresh tokens, where `tokens` is on: send `Authorization: Bearer` with its `accessToken`.
   *
   * @param options.factors what was proved. Default: `['pwd']`
   * @throws SessionLoginRefusedError if the account does not let anybody in
   */
  issueTokens(
    account: Pick<Account, 'id'>,
    { factors = ['pwd'] }: { readonly factors?: readonly string[] } = {},
  ): Promise<TokenPair> {
    return this.#access.issueTokens(account, factors);
  }

  /** The same, in the given browser. @returns that browser */
  logInAgent<Browser extends TestBrowser>(
    browser: Browser,
    account: Pick<Account, 'id'>,
    options: SignInOptions = {},
  ): Promise<Browser> {
    return this.#sessions.signInAgent(browser, account.id, options);
  }
}

/**
 * Accounts for the tests of `app`.
 *
 * ```ts
 * const accounts = accountsTesting(app);
 * const ada = await accounts.create({ email: 'ada@example.com', roles: ['admin'] });
 * await accounts.logInAgent(browser, ada);
 * const mail = await accounts.mails.last('ada@example.com', 'reset');
 * const sms = await accounts.sms.last('+4915112345678', 'login');
 * ```
 *
 * @param app an application or a context; initialise it before you use the kit.
 * @throws SessionUnreachableError if it does not import `AccountsModule`
 * @publicApi
 */
export function accountsTesting(app: INestApplicationContext): AccountsTesting {
  return new AccountsTesting(app);
}

function accessOf(app: INestApplicationContext): AccountsTestingAccess {
  // Requesting a missing provider would end the process of an application created by NestFactory.
  const modules = [...app.get(ModulesContainer, { strict: false }).values()];
  if (modules.some(({ providers }) => providers.has(ACCOUNTS_TESTING))) {
    return app.get<AccountsTestingAccess>(ACCOUNTS_TESTING, { strict: false });
  }
  throw new SessionUnreachableError(
    'This application has no accounts: import AccountsModule.forRoot() in the module under test.',
  );
}
