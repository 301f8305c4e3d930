/** Test helpers: sessions and logins for your application's tests, and the contract tests of a session store for store authors. */

export { AccountsTesting, accountsTesting } from './accounts/accounts-testing.js';
export type { TestMails, TestMessages, TestSms } from './accounts/test-messages.js';
export { fakeClock, type FakeClock } from './clock/fake-clock.js';
export type { CookieHolder } from './cookies/cookie-holder.js';
export type { CookieAccess, SupertestAgent } from './cookies/supertest-agent.js';
export { TestCookies, type BrowserCookie } from './cookies/test-cookies.js';
export type { SeenSession } from './seen-session.js';
export { sessionTesting, type SessionTesting, type SignInOptions, type TestBrowser } from './session-testing.js';
export {
  type ContractCase,
  offers,
  type StoreAbility,
  storeContract,
  type StoreHarness,
} from './store-contract/index.js';
export { type AuditLogCase, auditLogContract, type AuditLogHarness } from './audit-contract/index.js';
export {
  type AccountRepositoryCase,
  type AccountRepositoryHarness,
  accountRepositoryContract,
} from './account-contract/index.js';
