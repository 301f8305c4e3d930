import type { LoginRefusal } from '../../errors.js';
import type { StoredAccount } from '../repository/account.js';

/**
 * The ways to log in to an account or use it. `password`: a login with a password. `mail`: a login with a link or a code in an email.
 * `passkey`: a login with a passkey alone. `oauth`: a login with an account at another provider. `registration`: the login of a
 * registration without confirmation. `application`: a login by `AuthService.login()`. `remembered`: a login restored by remember-me.
 * `session`: a request with a session that has a login. `api-key`: a request with an API key. `impersonation`: the start of an
 * impersonation, and each request during it. `token`: a request with an access token. `refresh`: the exchange of a refresh token. `basic`:
 * a request with HTTP Basic.
 *
 * @publicApi
 */
export type EntryWay =
  | 'password'
  | 'mail'
  | 'passkey'
  | 'oauth'
  | 'registration'
  | 'application'
  | 'remembered'
  | 'session'
  | 'api-key'
  | 'impersonation'
  | 'token'
  | 'refresh'
  | 'basic';

export const entryWays: readonly EntryWay[] = [
  'password',
  'mail',
  'passkey',
  'oauth',
  'registration',
  'application',
  'remembered',
  'session',
  'api-key',
  'impersonation',
  'token',
  'refresh',
  'basic',
];

/** How a user logs in to an account or uses it. @publicApi */
export interface EntryHow {
  readonly way: EntryWay;
  /** The factors that were proved, as named in RFC 8176. */
  readonly factors: readonly string[];
  /** The account's epoch when they were checked; undefined: they are checked against the current account. */
  readonly epoch?: number | undefined;
  /** When they were proved, in ms since the epoch, for example at another provider; undefined: now. */
  readonly provedAt?: number | undefined;
  /** Whether the account trusts the device, so that no second factor is required. Default: no. */
  readonly isTrusted?: boolean | undefined;
}

/** Returns the application's own reason to reject a login, or null. @publicApi */
export type AlsoRefuses = (account: StoredAccount, how: EntryHow) => LoginRefusal | null | Promise<LoginRefusal | null>;

/** Reasons that no `force` overrides: there is no account, or soon none, or what was checked no longer holds. */
export function isFinal(reason: LoginRefusal): boolean {
  return reason === 'missing' || reason === 'changed' || reason === 'deleted';
}

/** Ways that go on with a login that was made, which has proved the factors that there were. */
const goingOn: ReadonlySet<EntryWay> = new Set(['remembered', 'session', 'api-key', 'token', 'refresh']);

/** Whether no factor is asked that the account had before. */
export function hasProvedAll({ way, isTrusted = false }: EntryHow): boolean {
  return isTrusted || goingOn.has(way);
}
