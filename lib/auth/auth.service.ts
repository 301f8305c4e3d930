import { Inject, Injectable, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { SessionLoginRefusedError, SessionNeedsHttpError } from '../errors.js';
import type { Current } from '../http/current-session.js';
import { currentOf } from '../http/request-context.js';
import { requestSessionOf } from '../http/session-of.js';
import { SessionRuntime } from '../http/session-runtime.js';
import { actedBy, type AuthFacts } from '../session/auth-facts.js';
import { assertWritable, stateOf, type SessionObject } from '../session/session.js';
import type { AuthFeature, Entry } from './auth-feature.js';
import type { AuthWatcher } from './auth-watcher.js';
import { atOnce } from './at-once.js';
import { AuthConfig } from './auth-config.js';
import { isFresh, type Freshness } from './access/freshness.js';
import { namesIn } from './access/names.js';
import type { DeviceSession } from './devices/device-session.js';
import { UserLogins } from './devices/user-logins.js';
import { NotBefore } from './everyone/not-before.js';
import type { KnownUsers } from './known-users.js';
import { confirmed, factsOf, justProved, timeoutsIn, type ConfirmOptions, type LoginOptions } from './login.js';
import { LoginTickets } from './login-tickets.js';
import { requestOf } from './request-of.js';
import { RequestUsers } from './request-users.js';
import { SignIn } from './sign-in.js';
import { SignOut } from './sign-out.js';
import { AUTH_FEATURES, AUTH_WATCHER } from './tokens.js';
import type { SessionUser, UserId, UserOrId } from './users/user.js';
import { assertUserId } from './users/user-id.js';
import { Users } from './users/users.js';

/**
 * Logs users in and out, and tells who is logged in.
 *
 * If the store does not answer, every method rejects with Nest's `ServiceUnavailableException`, and its operation has not been
 * carried out.
 *
 * @publicApi
 */
@Injectable()
export class AuthService {
  readonly #known: KnownUsers = new WeakMap();
  readonly #signOut: SignOut;
  readonly #requestUsers: RequestUsers;

  constructor(
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
    private readonly users: Users,
    private readonly signIn: SignIn,
    private readonly logins: UserLogins,
    private readonly notBefore: NotBefore,
    private readonly tickets: LoginTickets,
    @Inject(AUTH_FEATURES) private readonly features: readonly AuthFeature[],
    @Inject(AUTH_WATCHER) private readonly watcher: AuthWatcher,
  ) {
    this.#signOut = new SignOut(runtime, features, this.#known);
    this.#requestUsers = new RequestUsers(runtime, users, features, watcher, this.#signOut, this.#known);
  }

  /**
   * Logs a user in, at once: the session keeps its data and gets a new id, which defeats session fixation. If another user is
   * logged in there, that user is logged out first, and the data ends with that session.
   *
   * @param user the user, with an id, or only the id; you have already verified the password. With only an id, `isActive` is
   *   not checked before the next request.
   * @throws ForbiddenException for a user who is not active (without `force`), or has too many sessions
   * @throws ConflictException if all of the user's sessions were ended during the login
   * @throws SessionUserError for a missing or unusable id
   * @throws SessionHeadersSentError if the response's headers have been sent
   * @throws SessionReadonlyError if the session was requested as read-only
   * @throws SessionValueError, SessionTooLargeError if the session cannot be stored as it is
   */
  login(session: SessionObject, user: UserOrId, options: LoginOptions = {}): Promise<void> {
    return held(session, this.#login(session, user, options));
  }

  /**
   * Logs out, at once: the session ends, with its data, and cannot be restored by a request in flight; the login is no longer
   * remembered on this device. Later writes, such as a flash message, start a new session.
   */
  logout(session: SessionObject): Promise<void> {
    return held(
      session,
      atOnce(this.runtime, () => this.#signOut.leave(session)),
    );
  }

  /**
   * Records that the user has been re-authenticated: the login is fresh again, both of its timeouts restart, and the session
   * gets a new id, as after a login.
   *
   * @throws UnauthorizedException if nobody is logged in
   * @throws ConflictException if the session was ended in the meantime
   * @throws RangeError for a confirmation without factors
   */
  confirm(session: SessionObject, options: ConfirmOptions = {}): Promise<void> {
    return held(session, this.#confirm(session, options));
  }

  /**
   * Ends all sessions of a user, and everything that would log the user in automatically. A concurrent login either comes after
   * this, or is rejected.
   *
   * @param options.except a session to keep, or its public id; the login of that device stays remembered.
   * @returns how many sessions were ended
   * @throws SessionUserError for an invalid id, and for `'7'` if nobody has that id but 7 exists, or the reverse
   * @throws SessionAbilityMissingError if the store has no owner index
   */
  async logoutEverywhere(
    userId: UserId,
    { except }: { readonly except?: SessionObject | string | null | undefined } = {},
  ): Promise<number> {
    assertUserId(userId);
    return atOnce(this.runtime, () => this.logins.endAll(userId, except ?? null));
  }

  /** Logs everybody out, and ends every remembered login, with a single write. Other processes notice within `logoutAllUsersInterval`. */
  async logoutAllUsers(): Promise<void> {
    await atOnce(this.runtime, () => this.notBefore.raise());
    this.runtime.observer.revoked({ userId: null, publicId: null, sessions: null });
  }

  /**
   * Looks whether a user who has an open socket may still use it: closes those of one who no longer exists or is not active any more,
   * here and in other processes. Call it after you have disabled a user whose sessions are to stay, or deleted one. Without it, that is
   * noticed within `sockets.recheckInterval`. If the user cannot be loaded, the sockets are kept until then.
   *
   * The sockets of gateways are closed, and those on which operations of GraphQL came with the user's login.
   *
   * @throws SessionUserError for an invalid id
   */
  async recheck(userId: UserId): Promise<void> {
    assertUserId(userId);
    await this.runtime.heldLogins.recheck(userId);
  }

  /** The former name of {@link logoutAllUsers}. @deprecated Too easily confused with `logoutEverywhere(userId)`; removed in 1.0. */
  async logoutEveryone(): Promise<void> {
    const message = 'AuthService.logoutEveryone() is now logoutAllUsers(). 1.0 will not have the former name.';
    this.runtime.notices.once('logoutEveryone', message);
    await this.logoutAllUsers();
  }

  /**
   * The sessions of a user, for a page "your devices". The most recently used one first.
   *
   * @param current the requesting session, to be marked.
   * @throws SessionUserError as {@link logoutEverywhere}
   * @throws SessionAbilityMissingError if the store has no owner index
   */
  async sessions(userId: UserId, current: SessionObject | null = null): Promise<DeviceSession[]> {
    assertUserId(userId);
    return atOnce(this.runtime, () => this.logins.list(userId, current));
  }

  /**
   * Ends one session of a user, under whatever id it continues, and its remembered login with every session that belongs to it.
   * False: the user has no such session.
   *
   * @param publicId from {@link sessions}; another user's session is not found.
   * @throws SessionUserError as {@link logoutEverywhere}
   * @throws SessionAbilityMissingError if the store has no owner index
   * @throws ServiceUnavailableException also if other requests kept moving it, so it may still be alive: try again
   */
  async revoke(userId: UserId, publicId: string): Promise<boolean> {
    assertUserId(userId);
    return atOnce(this.runtime, () => this.logins.end(userId, publicId));
  }

  /**
   * A ticket for the login of a session, for work that outlives the request, such as a job in a queue: a short, signed string that names the login, the
   * user and the time of the login, under whatever id the session continues. It gives no access to the session, and is valid as long as the
   * login; ask {@link stillIn} before you act.
   *
   * @throws UnauthorizedException if nobody is logged in
   * @throws SessionUserError if the user's id is too long for a ticket of 2,048 characters
   * @throws SessionAbilityMissingError if the store has no owner index, or sessions are in cookies
   */
  ticket(session: SessionObject): string {
    return this.tickets.issue(session);
  }

  /**
   * Whether the login of a ticket still exists: false after a logout, from here or elsewhere, after a timeout, and for a string that is no ticket
   * of this application. Does not count as use of the session, and does not ask whether the user is still active.
   *
   * @param ticket as {@link AuthService.ticket} returns it
   * @throws SessionAbilityMissingError if the store has no owner index, or sessions are in cookies
   */
  async stillIn(ticket: string): Promise<boolean> {
    return atOnce(this.runtime, async () => {
      const auth = await this.tickets.find(ticket);
      return auth !== null && !(await this.watcher.isOver(auth));
    });
  }

  /** The id of the session's user; null: none. Uses neither the user loader nor remember-me: {@link user} does. */
  userId(session: SessionObject): UserId | null {
    return stateOf(session).auth?.userId ?? null;
  }

  /**
   * The user of a request; null: nobody is logged in, or the user no longer exists. Checks the session, remember-me, and the
   * request loaders, in this order and at most once per request.
   *
   * @throws ServiceUnavailableException if the store or a loader fails, which does not mean "nobody"
   */
  async user(context: ExecutionContext): Promise<SessionUser | null> {
    return this.#requestUsers.of(requestSessionOf(context), context);
  }

  /**
   * The user of the request that the running code serves, as `@CurrentUser()` injects it, for code that has no request in hand;
   * null: nobody is logged in, or no request is being served. Needs the option `requestContext`. A loader that is called because of it gets a
   * context with the request, but without a handler.
   *
   * @throws ServiceUnavailableException if the store or a loader fails, which does not mean "nobody"
   * @throws SessionUnreachableError if `requestContext` is off
   */
  async current(): Promise<SessionUser | null> {
    const current = currentOf(this.runtime);
    if (current === null) return null;
    // Whatever type the application declares for its users, this is what it wants in their place.
    const user: unknown =
      (await this.#requestUsers.of(current.session, contextOf(current))) ??
      this.config.options.anonymousUser?.() ??
      null;
    return user as SessionUser | null;
  }

  /**
   * Whether the user has been authenticated as {@link Freshness} requires, like `@Fresh()`. Default: one factor, within
   * `freshFor`. Never true if nobody is logged in.
   */
  async isFresh(session: SessionObject, user: SessionUser, asked: Partial<Freshness> = {}): Promise<boolean> {
    const { auth } = stateOf(session);
    if (auth === null || this.#hasProvedNothing(session)) return false;
    const { freshFor } = this.config.options;
    const freshness: Freshness = { factors: 1, within: freshFor, action: null, ...asked };
    const all = freshness.factors === 'all' ? [...namesIn(await this.config.factorsOf(user))] : [];
    return isFresh(auth, freshness, this.runtime.now(), all);
  }

  /**
   * Whether the login is remembered on this device, so that it outlives the session: because it was made with `remember`, or
   * restored by remember-me, confirmed since or not. Use it to keep the user's choice when you log in again, such as after a
   * password change.
   */
  isRemembered(session: SessionObject): boolean {
    return stateOf(session).auth?.family !== undefined;
  }

  /** Whether the login was restored by remember-me, and not confirmed since: no password was entered in this session. */
  isRestored(session: SessionObject): boolean {
    const { auth } = stateOf(session);
    return auth?.restored === true && auth.factors === undefined;
  }

  /** It merely claims to come from the device: it may only read, or its client is unknown where that would be compared. */
  #hasProvedNothing(session: SessionObject): boolean {
    const { delivery, bearer } = stateOf(session);
    if (delivery === 'none') return bearer === null && this.config.options.protection.mode !== null;
    const request = requestOf(session);
    // A user whom the session does not speak for has proved nothing in it.
    return request !== null && (request.handle.isReadonlyRequest || this.#requestUsers.isClaimed(request));
  }

  async #login(session: SessionObject, user: UserOrId, options: LoginOptions): Promise<void> {
    const userId = this.users.idOf(user);
    const known = isObject(user) ? (user as SessionUser) : null;
    const request = requestOf(session);
    await atOnce(this.runtime, async () => {
      assertWritable(session);
      const force = await this.#needsForce(known, options).catch((error: unknown) => {
        this.signIn.tellRefusal(session, userId, error);
        throw error;
      });
      const { auth, delivery } = stateOf(session);
      if (delivery === 'none') throw new SessionNeedsHttpError('A login');
      // Ended rather than emptied: otherwise data from the former user's concurrent requests would be included.
      if (auth !== null && auth.userId !== userId && delivery === 'open') await this.#signOut.leave(session);
      const own = known === null ? null : (this.config.options.timeoutsOf?.(known) ?? null);
      const plain = {
        ...factsOf(userId, this.runtime.now(), request?.client ?? null, { ...options, force }),
        epoch: await this.notBefore.epoch(),
      };
      const facts = { ...(own === null ? {} : timeoutsIn(own)), ...plain };
      await this.#enter({ request, session, userId, options }, known, facts);
    });
    if (request !== null && known !== null) this.#known.set(request, { id: userId, user: known });
  }

  async #confirm(session: SessionObject, options: ConfirmOptions): Promise<void> {
    const { auth } = stateOf(session);
    if (auth === null) throw new UnauthorizedException();
    const client = requestOf(session)?.client ?? null;
    const facts = confirmed(auth, this.runtime.now(), client, options);
    await atOnce(this.runtime, () => this.runtime.repository.confirm(session, facts));
    this.runtime.observer.confirmed({
      publicId: session.id,
      userId: auth.userId,
      factors: justProved(facts),
      action: options.action ?? null,
      address: client?.address ?? '',
      ...actedBy(auth),
    });
  }

  async #enter(entry: Entry, user: SessionUser | null, plain: AuthFacts): Promise<void> {
    let facts = plain;
    try {
      facts = await this.#withFeatures(entry, plain);
      await this.signIn.enter(entry.session, user, facts);
    } catch (error) {
      // Those that were asked before the one that rejects the login have begun something for it.
      for (const feature of this.features) await feature.notEntered?.(entry, facts);
      throw error;
    }
    for (const feature of this.features) feature.entered?.(entry, facts);
  }

  /** @throws SessionLoginRefusedError if a feature rejects the login */
  async #withFeatures(entry: Entry, plain: AuthFacts): Promise<AuthFacts> {
    let facts = plain;
    try {
      for (const feature of this.features) facts = (await feature.entering?.(entry, facts)) ?? facts;
      for (const feature of this.features) facts = (await feature.remembering?.(entry, facts)) ?? facts;
    } catch (error) {
      this.signIn.tellRefusal(entry.session, entry.userId, error);
      throw error;
    }
    return facts;
  }

  /**
   * Whether the user is let in only because of `force`. A user who is active today is expected to stay active, even if the
   * application always passes `force`.
   *
   * @throws SessionLoginRefusedError for a user who is not active
   */
  async #needsForce(user: SessionUser | null, { force = false }: LoginOptions): Promise<boolean> {
    if (user === null) return force;
    if (await this.users.isAdmitted(user)) return false;
    if (force) return true;
    throw new SessionLoginRefusedError('inactive', 'This user is not active. Use `force` to log it in anyway.');
  }
}

/** What user loaders get; the handler is not known. */
function contextOf({ client, session }: Current): ExecutionContext {
  if (client === null) return new ExecutionContextHost([session.carrier]);
  const context = new ExecutionContextHost([client]);
  context.setType('ws');
  return context;
}

/** The response waits for it even if the handler does not await it: otherwise it would be sent without the cookie. */
function held(session: SessionObject, work: Promise<void>): Promise<void> {
  const request = requestOf(session);
  if (request === null) return work;
  const delivered = request.isOperation
    ? work.catch((error: unknown) => {
        throw request.inItsForm(error);
      })
    : work;
  request.holdFor(delivered);
  return delivered;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
