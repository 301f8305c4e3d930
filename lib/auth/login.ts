import { parseDuration } from '../config/duration.js';
import { isWellFormed } from '../config/well-formed.js';
import { SessionValueError } from '../errors.js';
import type { RequestClient } from '../http/request-client.js';
import type { AuthFacts, Device } from '../session/auth-facts.js';
import type { LoginTimeouts } from './auth.options.js';
import type { UserId } from './users/user.js';

/** The options of a login. @publicApi */
export interface LoginOptions extends LoginTimeouts {
  /** Whether to remember the login after the session has ended, by a separate cookie. Default: no. */
  readonly remember?: boolean | undefined;
  /** How long it is remembered, in seconds or as a string such as `30d`; at most 400 days. Default: `remember.duration`. */
  readonly duration?: number | string | undefined;
  /** Whether the user has just been authenticated. Default: yes. */
  readonly fresh?: boolean | undefined;
  /** The factors of the authentication, as named in RFC 8176. Default: `['pwd']`, a password. */
  readonly factors?: readonly string[] | undefined;
  /** Lets an inactive user log in. A user who is active now is still logged out on becoming inactive. Default: no. */
  readonly force?: boolean | undefined;
}

/** The options of a confirmation. @publicApi */
export interface ConfirmOptions {
  /** The factors of the authentication, as named in RFC 8176; at least one. Default: `['pwd']`, a password. */
  readonly factors?: readonly string[] | undefined;
  /** The only action that it permits: `@Fresh({ action })`. Default: none, so it permits no such action. */
  readonly action?: string | undefined;
}

const PASSWORD = ['pwd'];

/** A login as stored in the record. */
export function factsOf(
  userId: UserId,
  now: number,
  client: RequestClient | null,
  { fresh = true, factors = PASSWORD, force, ...timeouts }: LoginOptions,
): AuthFacts {
  const proofs = fresh ? provedAt(factors, now) : null;
  return {
    userId,
    at: now,
    ...timeoutsIn(timeouts),
    ...(proofs === null ? {} : { factors: proofs }),
    ...(client === null ? {} : { device: deviceOf(client) }),
    ...(force === true ? { forced: true as const } : {}),
  };
}

/**
 * The login after the user has been re-authenticated: both of its timeouts restart (NIST SP 800-63B-4, 5.2).
 *
 * @throws RangeError without factors: that would only extend the session
 */
export function confirmed(
  // The former device no longer matters: from now on, the login is this client's.
  { noticedBy: _noticedBy, ...auth }: AuthFacts,
  now: number,
  client: RequestClient | null,
  { factors = PASSWORD, action }: ConfirmOptions,
): AuthFacts {
  if (action !== undefined) assertName('action', action);
  if (factors.length === 0) throw new RangeError('factors of a confirmation: expected at least one name, such as pwd.');
  return {
    ...auth,
    at: now,
    since: auth.since ?? auth.at,
    factors: { ...auth.factors, ...provedAt(factors, now) },
    ...(action === undefined ? {} : { grants: { ...auth.grants, [action]: now } }),
    ...(client === null ? {} : { device: deviceOf(client) }),
  };
}

/** The factors of the login, or of its last confirmation. */
export function justProved({ factors = {}, at }: AuthFacts): string[] {
  return Object.keys(factors).filter((name) => factors[name] === at);
}

/** Timeouts in ms, as in the record. @throws RangeError naming the option */
export function timeoutsIn({
  idleTimeout,
  absoluteTimeout,
}: LoginTimeouts): Pick<AuthFacts, 'idleTimeout' | 'absoluteTimeout'> {
  return {
    ...(idleTimeout === undefined ? {} : { idleTimeout: timeout('idleTimeout', idleTimeout) }),
    ...(absoluteTimeout === undefined ? {} : { absoluteTimeout: timeout('absoluteTimeout', absoluteTimeout) }),
  };
}

/** @throws RangeError naming the option */
export function milliseconds(option: string, value: unknown, longest = Number.MAX_SAFE_INTEGER): number {
  const ms = typeof value === 'number' || typeof value === 'string' ? parseDuration(value) : null;
  if (ms !== null && ms > 0 && ms <= longest) return ms;
  throw new RangeError(`${option} of a login: expected a number of seconds above 0, or a string such as 30m or 31d.`);
}

/** @throws SessionValueError for a name that would change when stored, or get lost */
function assertName(what: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && name !== '__proto__' && isWellFormed(name)) return;
  const mayBeInput = typeof name === 'string';
  throw new SessionValueError(what, 'it is not a name: a non-empty, well-formed string.', { mayBeInput });
}

function timeout(option: string, value: unknown): number | null {
  return value === null ? null : milliseconds(option, value);
}

function provedAt(factors: readonly string[], now: number): Record<string, number> {
  factors.forEach((factor, index) => assertName(`factors[${String(index)}]`, factor));
  return Object.fromEntries(factors.map((factor) => [factor, now]));
}

function deviceOf({ address, userAgent }: RequestClient): Device {
  return { address, userAgent };
}
