import { parseDuration } from '../config/duration.js';
import { isWellFormed } from '../config/well-formed.js';
import { SessionValueError } from '../errors.js';
import type { RequestClient } from '../http/request-client.js';
import type { AuthFacts, Device } from '../session/auth-facts.js';
import type { LoginTimeouts } from './auth.options.js';
import type { UserId } from './users/user.js';

/** How a user is logged in. @publicApi */
export interface LoginOptions extends LoginTimeouts {
  /** Whether the login is remembered when the session has ended, by a cookie of its own. Default: no. */
  readonly remember?: boolean | undefined;
  /** How long it is remembered, in seconds or as a text such as `30d`; at most 400 days. Default: `remember.duration`. */
  readonly duration?: number | string | undefined;
  /** Whether the user has proved just now who it is. Default: yes. */
  readonly fresh?: boolean | undefined;
  /** What the user has proved it with, as RFC 8176 names it. Default: `['pwd']`, a password. */
  readonly factors?: readonly string[] | undefined;
  /** Lets a user in who is not active. One who is active now is out as soon as it is not, all the same. Default: no. */
  readonly force?: boolean | undefined;
}

/** How a user confirms who it is. @publicApi */
export interface ConfirmOptions {
  /** What the user has proved it with, as RFC 8176 names it; one at least. Default: `['pwd']`, a password. */
  readonly factors?: readonly string[] | undefined;
  /** The one thing that it was for: `@Fresh({ action })`. Default: none, which opens no such thing. */
  readonly action?: string | undefined;
}

const PASSWORD = ['pwd'];

/** What the record holds of a login. */
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
 * The login after the user has confirmed who it is: both of its timeouts begin again (NIST SP 800-63B-4, 5.2).
 *
 * @throws RangeError where it was proved with nothing: that would only make the session last longer
 */
export function confirmed(
  // What another client than the former device was noticed for is over: the login is this client's from now on.
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

/** The factors that the login, or its last confirmation, was proved with. */
export function justProved({ factors = {}, at }: AuthFacts): string[] {
  return Object.keys(factors).filter((name) => factors[name] === at);
}

/** Timeouts in ms, as the record has them. @throws RangeError naming the option */
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
  throw new RangeError(`${option} of a login: expected a number of seconds above 0, or a text such as 30m or 31d.`);
}

/** @throws SessionValueError for what would come back from the store as another name, or as none */
function assertName(what: string, name: unknown): void {
  if (typeof name === 'string' && name !== '' && name !== '__proto__' && isWellFormed(name)) return;
  const mayBeInput = typeof name === 'string';
  throw new SessionValueError(what, 'it is no name: a text that is well-formed and not empty.', { mayBeInput });
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
