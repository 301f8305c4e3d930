import type { ArgumentsHost } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { SessionAbilityMissingError } from '../../errors.js';
import { serviceUnavailable } from '../../http/session-exception.js';
import { requestSessionOf } from '../../http/session-of.js';
import { refusalIn } from '../access/refusal.js';
import type { RequestClient } from '../../http/request-client.js';
import type { SessionObserver } from '../../session/observer.js';
import { accountName } from './account-name.js';
import type { Bucket, Buckets } from './buckets.js';
import { verdictOn, type IsFailure } from './failure.js';
import type { DeviceEpochs } from './device-epochs.js';
import type { DeviceOfAccount, KnownDevices } from './known-devices.js';
import type { CountedAttempt, LoginTries } from './login-tries.js';
import { TooManyAttemptsException } from './too-many-attempts.exception.js';

/** The parts of the limiter. */
export interface LimiterParts {
  readonly tries: LoginTries;
  readonly buckets: Buckets;
  readonly devices: KnownDevices;
  /** Null: there is no store for them. */
  readonly epochs: DeviceEpochs | null;
  /** An account's name in events: a keyed hash. */
  readonly hashOf: (account: string) => string;
  readonly observer: Pick<Required<SessionObserver>, 'loginFailed'>;
  /** How the application classifies an error of a check; null: not at all. */
  readonly isFailure: IsFailure | null;
  /** Warns the developer, once. */
  readonly warn: (message: string) => void;
  readonly adapterHost: HttpAdapterHost;
}

/** One login of a request. */
interface Login {
  readonly client: RequestClient;
  /** Null: not a valid account name. */
  readonly account: string | null;
}

/**
 * Limits failed logins, by account and by network address, with waits that double; a browser that has logged in before is
 * counted separately, so that an attacker who fails on purpose does not lock the owner out.
 *
 * The account is whatever the user is looked up by, in the form used for that. Whether the account exists makes no difference.
 * `context` is an ExecutionContext, or a filter's ArgumentsHost; in a controller, use `@LoginAttempts()`.
 *
 * @publicApi
 */
export class LoginLimiter {
  #hasWarned = false;
  /** By the call of a handler. */
  readonly #begun = new WeakMap<object, Map<string | null, CountedAttempt>>();

  constructor(private readonly parts: LimiterParts) {}

  /**
   * Runs `check`, if the account and the address may try, and returns its result: `null`, `undefined` or `false` is a failed
   * login, anything else a success. Errors are rethrown and counted: an HttpException below 500 is a failed login, except a 429
   * and what this package rejects after the password was verified; a 5xx, an error of a store, a driver or the system, and a
   * TypeError are not; any other error is a failed login. `limiter.isFailure` can decide otherwise.
   *
   * @throws TooManyAttemptsException before `check` runs, if too many have failed
   * @throws ServiceUnavailableException if failures cannot be counted, unless `limiter.onStoreError` is `allow`
   */
  async attempt<T>(context: ArgumentsHost, account: string, check: () => T | Promise<T>): Promise<T> {
    const login = loginOf(context, account);
    const attempt = await this.#begin(context, login);
    let result: T;
    try {
      result = await check();
    } catch (error) {
      if (this.#isFailure(error)) this.#tell(login, 'credentials');
      else await this.parts.tries.takeBack(attempt);
      throw error;
    }
    if (result === null || result === undefined || result === false) this.#tell(login, 'credentials');
    else await this.#succeed(login, attempt);
    return result;
  }

  /**
   * The first half of {@link attempt}, for flows that do not fit into one function: rejects the login, or counts it as failed
   * until {@link succeeded} is called. A second call in the same request for the same account is a no-op; in GraphQL, in the same
   * call of a resolver.
   *
   * @throws TooManyAttemptsException if too many have failed
   * @throws ServiceUnavailableException if failures cannot be counted, unless `limiter.onStoreError` is `allow`
   */
  async check(context: ArgumentsHost, account: string): Promise<void> {
    const login = loginOf(context, account);
    const begun = this.#begunBy(context, login);
    if (!begun.has(login.account)) begun.set(login.account, await this.#begin(context, login));
  }

  /**
   * The login has failed. What {@link check} has counted stays; without it, the failure is counted now.
   *
   * @throws ServiceUnavailableException if it cannot be counted, unless `limiter.onStoreError` is `allow`
   */
  async failed(context: ArgumentsHost, account: string): Promise<void> {
    const login = loginOf(context, account);
    // If the attempt is over the limit, enough has been counted.
    if (!this.#begunBy(context, login).delete(login.account)) await this.#count(context, login);
    this.#tell(login, 'credentials');
  }

  /** The login was correct: the account's failures are forgotten, and the browser is known from now on. */
  async succeeded(context: ArgumentsHost, account: string): Promise<void> {
    const login = loginOf(context, account);
    const begun = this.#begunBy(context, login);
    const attempt = begun.get(login.account) ?? (await this.#uncounted(login));
    begun.delete(login.account);
    await this.#succeed(login, attempt);
  }

  /**
   * Forgets an account's failures, for a user who has proved to be its owner in another way, such as by a password reset.
   * Browsers known for the account become unknown until they log in again: someone may have collected their cookies while
   * knowing the former password. The counts of those browsers and of addresses stay.
   *
   * @throws SessionAbilityMissingError if the storage cannot forget
   */
  async forget(account: string): Promise<void> {
    const { tries, buckets, epochs } = this.parts;
    if (!tries.canForget) {
      throw new SessionAbilityMissingError(
        'The storage of the login limiter (limiter.storage) cannot forget failures: it needs giveBack and clear, as StoreLimiterStorage has.',
      );
    }
    const name = accountName(account);
    // First, or a formerly known device could fail for the account once more.
    if (name !== null) await epochs?.raise(name);
    await tries.forget(buckets.ofAccount(name));
  }

  #isFailure(error: unknown): boolean {
    const said = this.parts.isFailure?.(error);
    if (said !== undefined) return said;
    const verdict = verdictOn(error);
    if (verdict === 'undeclared' && !this.#hasWarned) {
      this.#hasWarned = true;
      const name = error instanceof Error ? error.name.slice(0, 100) : typeof error;
      this.parts.warn(
        `A check of credentials threw an error of the class ${name}, which counts as a failed login. Define which errors do, with ` +
          'limiter.isFailure: (error) => true for a failed login, false if it is not, undefined for the default.',
      );
    }
    return verdict !== 'no failure';
  }

  async #begin(context: ArgumentsHost, login: Login): Promise<CountedAttempt> {
    const attempt = await this.#count(context, login);
    if (!('wait' in attempt)) return attempt;
    const retryAfter = Math.ceil(attempt.wait / 1000);
    this.#tell(login, 'limited', retryAfter);
    const response = context.getType() === 'http' ? context.switchToHttp().getResponse<unknown>() : undefined;
    // A service that is called with a session alone knows of no response.
    if (response !== undefined) {
      this.parts.adapterHost.httpAdapter.setHeader(response, 'Retry-After', String(retryAfter));
    }
    throw refusalIn(context, new TooManyAttemptsException(retryAfter));
  }

  async #count(context: ArgumentsHost, login: Login): Promise<CountedAttempt | { readonly wait: number }> {
    try {
      return await this.parts.tries.begin(await this.#bucketsOf(login));
    } catch (error) {
      const message = 'Logging in is not possible at the moment. Try again.';
      throw refusalIn(context, serviceUnavailable(message, error));
    }
  }

  /** What a success clears if this request has counted no attempt. */
  async #uncounted(login: Login): Promise<CountedAttempt> {
    const own = (await this.#bucketsOf(login)).filter(({ onSuccess }) => onSuccess === 'clear');
    return { counted: own.map((bucket) => ({ bucket, receipt: null })) };
  }

  async #bucketsOf({ client, account }: Login): Promise<Bucket[]> {
    const { buckets, devices } = this.parts;
    const known = account === null ? null : devices.find(account, client.cookieHeader);
    const counts = known !== null && account !== null && (await this.#counts(account, known));
    return buckets.of(account, client.address, counts ? known.id : null);
  }

  /** Unknown browsers have the smaller budget: a device counts as one if its state cannot be read. */
  async #counts(account: string, { since }: DeviceOfAccount): Promise<boolean> {
    const { epochs, tries } = this.parts;
    if (epochs === null) return true;
    try {
      return since > (await epochs.of(account));
    } catch (error) {
      if (!tries.goesOnWithout(error)) throw error;
      return false;
    }
  }

  async #succeed({ client, account }: Login, attempt: CountedAttempt): Promise<void> {
    const { tries, devices } = this.parts;
    await tries.succeed(attempt);
    if (account === null) return;
    const line = devices.remember(account, client.cookieHeader, client.isHttps);
    client.setCookie(devices.cookieName, ...devices.linesElsewhere(client.cookieRequest), line);
  }

  #begunBy(context: ArgumentsHost, { client }: Login): Map<string | null, CountedAttempt> {
    const call = callIn(context) ?? client;
    const begun = this.#begun.get(call) ?? new Map<string | null, CountedAttempt>();
    this.#begun.set(call, begun);
    return begun;
  }

  #tell({ client, account }: Login, reason: 'credentials' | 'limited', retryAfter?: number): void {
    const { observer, hashOf } = this.parts;
    const event = { account: hashOf(account ?? ''), address: client.address, reason };
    observer.loginFailed(retryAfter === undefined ? event : { ...event, retryAfter });
  }
}

/** What tells calls of a resolver apart: a request can have any number of them. Null: it is none. */
function callIn(context: ArgumentsHost): object | null {
  const info = context.getType<string>() === 'graphql' ? context.getArgByIndex<unknown>(3) : null;
  return typeof info === 'object' ? info : null;
}

/** @throws SessionUnreachableError where the context has no session */
function loginOf(context: ArgumentsHost, account: string): Login {
  return { client: requestSessionOf(context).client, account: accountName(account) };
}
