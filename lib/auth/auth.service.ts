import {
  HttpException,
  Inject,
  Injectable,
  InternalServerErrorException,
  ServiceUnavailableException,
  UnauthorizedException,
  type ExecutionContext,
} from '@nestjs/common';
import { isSessionError, SessionLoginRefusedError, SessionStoreUnavailableError, SessionUserError } from '../errors.js';
import { RequestSession } from '../http/request-session.js';
import { toHttpException } from '../http/session-exception.js';
import { requestSessionOf, SessionRuntime } from '../http/session-runtime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { lineageOf } from '../session/lineage.js';
import type { KeptSession } from '../session/owned-sessions.js';
import { assertWritable, stateOf, type SessionObject } from '../session/session.js';
import type { AuthFeature, Entry } from './auth-feature.js';
import type { AuthWatcher } from './auth-watcher.js';
import { AuthConfig } from './auth-config.js';
import { isFresh, type Freshness } from './access/freshness.js';
import { namesIn } from './access/names.js';
import type { DeviceSession } from './devices/device-session.js';
import { Devices } from './devices/devices.js';
import { NotBefore } from './everyone/not-before.js';
import { confirmed, factsOf, justProved, timeoutsIn, type ConfirmOptions, type LoginOptions } from './login.js';
import { SignIn } from './sign-in.js';
import { AUTH_FEATURES, AUTH_WATCHER } from './tokens.js';
import type { SessionUser, UserId, UserOrId } from './users/user.js';
import { assertUserId, otherTypeOf } from './users/user-id.js';
import { Users } from './users/users.js';

/** What is known about a request's user. */
interface Known {
  /** Null: nobody is logged in, though a request loader may have found a user. */
  readonly id: UserId | null;
  readonly user: Found;
}

/** Synchronous if nothing has to be read: every request that needs the user takes this path. */
/** In ms. */
const JUST_NOW = 60_000;

type Found = SessionUser | null | Promise<SessionUser | null>;

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
  readonly #known = new WeakMap<RequestSession, Known>();

  constructor(
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
    private readonly users: Users,
    private readonly signIn: SignIn,
    private readonly devices: Devices,
    private readonly notBefore: NotBefore,
    @Inject(AUTH_FEATURES) private readonly features: readonly AuthFeature[],
    @Inject(AUTH_WATCHER) private readonly watcher: AuthWatcher,
  ) {}

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
      this.#atOnce(() => this.#leave(session)),
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
    return this.#atOnce(async () => {
      const { owned } = this.runtime.repository;
      const kept = await this.#sessionToKeep(userId, except ?? null);
      for (const feature of this.features) await feature.endingAll?.(userId, kept?.auth ?? null);
      const sessions = await owned.endAll(userId, kept);
      if (sessions === 0 && kept === null) await this.#assertType(userId);
      this.runtime.observer.revoked({ userId, publicId: null, sessions });
      return sessions;
    });
  }

  /** Logs everybody out, and ends every remembered login, with a single write. Other processes notice within `everyoneInterval`. */
  async logoutAllUsers(): Promise<void> {
    await this.#atOnce(() => this.notBefore.raise());
    this.runtime.observer.revoked({ userId: null, publicId: null, sessions: null });
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
    return this.#atOnce(async () => {
      const sessions = await this.devices.list(userId, current);
      if (sessions.length === 0) await this.#assertType(userId);
      return sessions;
    });
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
    return this.#atOnce(async () => {
      const found = await this.devices.find(userId, publicId, true);
      if (found === null) {
        await this.#assertType(userId);
        return false;
      }
      const { lineage, auth } = found;
      for (const feature of this.features) await feature.ending?.(auth);
      const families = auth.family === undefined ? [] : [auth.family];
      const sessions = await this.runtime.repository.owned.end(userId, { lineages: [lineage], families });
      if (sessions > 0) this.runtime.observer.revoked({ userId, publicId, sessions });
      return sessions > 0;
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
    const request = requestSessionOf(context);
    const loaded = request.get();
    const session = loaded instanceof Promise ? await loaded : loaded;
    const id = this.userId(session);
    const known = this.#known.get(request);
    if (known?.id === id) return known.user;
    const user = orRejection(() =>
      id === null ? this.#findSomebody(request, session, context) : this.#find(id, request, session, context),
    );
    this.#known.set(request, { id, user });
    return user;
  }

  /**
   * Whether the user has been authenticated as {@link Freshness} requires, like `@Fresh()`. Default: one factor, within
   * `freshFor`. Never true if nobody is logged in.
   */
  async isFresh(session: SessionObject, user: SessionUser, asked: Partial<Freshness> = {}): Promise<boolean> {
    const { auth } = stateOf(session);
    // A request that may only read has proved nothing: it merely claims to come from the device.
    if (auth === null || requestOf(session)?.isOnlooker) return false;
    const { freshFor, factorsOf } = this.config.options;
    const freshness: Freshness = { factors: 1, within: freshFor, action: null, ...asked };
    const all = freshness.factors === 'all' ? [...namesIn(await factorsOf(user))] : [];
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

  async #login(session: SessionObject, user: UserOrId, options: LoginOptions): Promise<void> {
    const userId = this.users.idOf(user);
    const known = isObject(user) ? (user as SessionUser) : null;
    const request = requestOf(session);
    await this.#atOnce(async () => {
      assertWritable(session);
      const force = await this.#needsForce(known, options).catch((error: unknown) => {
        this.signIn.tellRefusal(session, userId, error);
        throw error;
      });
      const { auth, answered } = stateOf(session);
      // Ended rather than emptied: otherwise data from the former user's concurrent requests would be included.
      if (auth !== null && auth.userId !== userId && !answered) await this.#leave(session);
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
    await this.#atOnce(() => this.runtime.repository.confirm(session, facts));
    this.runtime.observer.confirmed({
      publicId: session.id,
      userId: auth.userId,
      factors: justProved(facts),
      action: options.action ?? null,
      address: client?.address ?? '',
    });
  }

  async #enter(entry: Entry, user: SessionUser | null, plain: AuthFacts): Promise<void> {
    let facts = plain;
    for (const feature of this.features) facts = (await feature.entering?.(entry, facts)) ?? facts;
    try {
      await this.signIn.enter(entry.session, user, facts);
    } catch (error) {
      for (const feature of this.features) await feature.notEntered?.(entry, facts);
      throw error;
    }
    for (const feature of this.features) feature.entered?.(entry, facts);
  }

  async #leave(session: SessionObject): Promise<void> {
    assertWritable(session);
    const { auth } = stateOf(session);
    const request = requestOf(session);
    const publicId = session.id;
    const lineage = lineageOf(stateOf(session));
    // First, or they would log in again in between.
    for (const feature of this.features) await feature.leaving?.(request, auth);
    const ended = (await this.runtime.repository.destroy(session)) || (await this.#endElsewhere(auth, lineage));
    if (request !== null) this.#known.set(request, { id: null, user: null });
    const address = request?.client.address ?? '';
    // If another request ended it, that one has reported it.
    if (auth !== null && ended) this.runtime.observer.logout({ publicId, userId: auth.userId, address });
  }

  /**
   * Ends a login that was not found where it was read: it may have moved so long ago that the pointer at its former id has
   * expired.
   */
  async #endElsewhere(auth: AuthFacts | null, lineage: string | null): Promise<boolean> {
    const { owned } = this.runtime.repository;
    if (auth === null || lineage === null || !owned.isOffered) return false;
    return (await owned.end(auth.userId, { lineages: [lineage] })) > 0;
  }

  #find(id: UserId, request: RequestSession, session: SessionObject, context: ExecutionContext): Found {
    const user = this.users.find(id, context);
    if (user instanceof Promise) return user.then((found) => this.#admit(found, request, session, context));
    return this.#admit(user, request, session, context);
  }

  #admit(user: SessionUser | null, request: RequestSession, session: SessionObject, context: ExecutionContext): Found {
    const admitted = user !== null && this.users.isAdmitted(user, stateOf(session).auth?.forced);
    if (admitted === true) return user;
    if (admitted === false) return this.#withoutUser(request, session, context);
    return Promise.resolve(admitted).then((is) => (is ? user : this.#withoutUser(request, session, context)));
  }

  async #withoutUser(
    request: RequestSession,
    session: SessionObject,
    context: ExecutionContext,
  ): Promise<SessionUser | null> {
    this.#noticeLostLogin(session);
    // The user no longer exists. If the login cannot be ended, because the response has started, it is still not accepted.
    if (!stateOf(session).answered && !request.isOnlooker) await this.#atOnce(() => this.#leave(session));
    const somebody = this.#findSomebody(request, session, context);
    this.#known.set(request, { id: null, user: somebody });
    return somebody;
  }

  /** A user who has just logged in and is not found has not been deleted: the loader looks for something else. */
  #noticeLostLogin(session: SessionObject): void {
    const { auth } = stateOf(session);
    if (auth === null || auth.restored === true || !this.users.hasLoader) return;
    if (this.runtime.now() - auth.at > JUST_NOW) return;
    this.runtime.notices.once(
      'lost-login',
      `The user loader found nobody, or nobody active, for the id of a login that was made just now, a ${typeof auth.userId}, so that user is ` +
        'logged out again. It gets the id as passed to login(): check whether it compares another field (userIdField) or another type.',
    );
  }

  async #findSomebody(
    request: RequestSession,
    session: SessionObject,
    context: ExecutionContext,
  ): Promise<SessionUser | null> {
    if (this.watcher.wasTurnedAway(request)) return null;
    for (const feature of this.features) {
      const restored = await this.#atOnce(async () => (await feature.restore?.(request, session, context)) ?? null);
      if (restored === null) continue;
      this.#known.set(request, { id: this.userId(session), user: restored.user });
      return restored.user;
    }
    return this.users.findByRequest(context);
  }

  /**
   * Whether the user is let in only because of `force`. A user who is active today is expected to stay active, even if the
   * application always passes `force`.
   *
   * @throws SessionLoginRefusedError for a user who is not active
   */
  async #needsForce(user: SessionUser | null, { force = false }: LoginOptions): Promise<boolean> {
    if (user === null) return force;
    if (await this.users.isAdmitted(user, false)) return false;
    if (force) return true;
    throw new SessionLoginRefusedError('inactive', 'This user is not active. Use `force` to log it in anyway.');
  }

  /**
   * Nothing was found under an id. If the same id of the other type exists, as when it came from a path, "nothing" would be
   * mistaken for "nobody is logged in any more".
   *
   * @throws SessionUserError
   */
  async #assertType(userId: UserId): Promise<void> {
    const other = otherTypeOf(userId);
    if (other === null) return;
    const { owned } = this.runtime.repository;
    if ((await owned.list(userId)).length > 0) return;
    let isSomebody = (await owned.list(other)).length > 0;
    for (const feature of this.features) isSomebody ||= (await feature.has?.(other)) ?? false;
    if (!isSomebody) return;
    const [is, was] = typeof other === 'number' ? ['a number', 'a string'] : ['a string', 'a number'];
    throw new SessionUserError(
      `This id of a user is ${is} at the login, but was passed as ${was}. They are two users.`,
    );
  }

  async #sessionToKeep(
    userId: UserId,
    except: SessionObject | string | null,
  ): Promise<(KeptSession & { readonly auth: AuthFacts }) | null> {
    if (except === null) return null;
    if (typeof except === 'string') return this.devices.find(userId, except);
    const { stored, auth } = stateOf(except);
    const lineage = lineageOf(stateOf(except));
    if (stored === null || lineage === null || auth?.userId !== userId) return null;
    return { key: stored.key, lineage, auth };
  }

  async #atOnce<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
      const exception = toHttpException(error);
      // An application's mistake keeps its class and message, which say what to do.
      if (exception instanceof InternalServerErrorException || isOfInput(error)) throw error;
      // Nest does not log exceptions with a status.
      if (exception instanceof ServiceUnavailableException && !(error instanceof HttpException)) {
        this.runtime.report(error);
      }
      throw exception;
    }
  }
}

/** The request of a session; null: it was created outside of one. */
function requestOf(session: SessionObject): RequestSession | null {
  const { bearer } = stateOf(session);
  return bearer instanceof RequestSession ? bearer : null;
}

/** The response waits for it even if the handler does not await it: otherwise it would be sent without the cookie. */
function held(session: SessionObject, work: Promise<void>): Promise<void> {
  requestOf(session)?.holdFor(work);
  return work;
}

/** A synchronous failure is remembered for later callers: the lookup runs once per request. */
function orRejection(find: () => Found): Found {
  try {
    return find();
  } catch (error) {
    return Promise.resolve(error).then(rethrow);
  }
}

function rethrow(error: unknown): never {
  throw error instanceof Error ? error : new Error('The user could not be found.', { cause: error });
}

function isOfInput(error: unknown): boolean {
  return isSessionError(error) && error.mayBeInput;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
