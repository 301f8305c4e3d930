import {
  HttpException,
  Injectable,
  InternalServerErrorException,
  ServiceUnavailableException,
  type ExecutionContext,
} from '@nestjs/common';
import { SessionStoreUnavailableError } from '../errors.js';
import { requestSessionOf } from '../http/execution-context.js';
import { toHttpException } from '../http/session-exception.js';
import { SessionRuntime } from '../http/session-runtime.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { AuthConfig } from './auth-config.js';
import { userIdOf, type SessionUser, type UserId, type UserOrId } from './user.js';

/**
 * Logs users in and out, and says who is there.
 *
 * @publicApi
 */
@Injectable()
export class AuthService {
  /** What is known of a request's user; a session belongs to one request. */
  readonly #known = new WeakMap<SessionObject, { readonly id: UserId; readonly user: Promise<SessionUser | null> }>();

  constructor(
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
  ) {}

  /**
   * Logs a user in, at once: the session gets a new id, so that one that somebody planted before is worth nothing, and keeps
   * its data. Another user who is logged in there is logged out first, and the data go with that session.
   *
   * @param user the user, with an `id`, or the id by itself; its password has been checked by the application.
   * @throws SessionUserError where there is no usable id
   * @throws ServiceUnavailableException where the store does not answer
   * @throws SessionHeadersSentError where the response has been begun
   * @throws SessionValueError, SessionTooLargeError where the session cannot be stored as it is
   */
  async login(session: SessionObject, user: UserOrId): Promise<void> {
    const userId = userIdOf(user);
    const { auth, answered } = stateOf(session);
    // Ended rather than emptied: what the former user's other requests store meanwhile would come along.
    if (auth !== null && auth.userId !== userId && !answered) await this.logout(session);
    await this.#atOnce(this.runtime.repository.login(session, { userId, at: this.runtime.now() }));
    this.runtime.observer.login({ publicId: session.id, userId });
  }

  /**
   * Logs out, at once: the session ends, with its data, and cannot be brought back by a request that is still under way. What
   * is written afterwards, such as a flash message, begins a new session.
   *
   * @throws ServiceUnavailableException where the store does not answer; the user is then still logged in
   */
  async logout(session: SessionObject): Promise<void> {
    const { auth } = stateOf(session);
    const publicId = session.id;
    await this.#atOnce(this.runtime.repository.destroy(session));
    if (auth !== null) this.runtime.observer.logout({ publicId, userId: auth.userId });
  }

  /** The id of the user who is logged in; null: nobody is. Does not ask the user loader. */
  userId(session: SessionObject): UserId | null {
    return stateOf(session).auth?.userId ?? null;
  }

  /**
   * The user who is logged in; null: nobody is, or there is no such user any more. Loaded at most once a request.
   *
   * @throws ServiceUnavailableException where the store or the user loader fails: that is no "nobody"
   */
  async user(context: ExecutionContext): Promise<SessionUser | null> {
    const session = await requestSessionOf(context).get();
    const id = this.userId(session);
    if (id === null) return null;
    const known = this.#known.get(session);
    if (known?.id === id) return known.user;
    const user = this.#load(id, context);
    this.#known.set(session, { id, user });
    return user;
  }

  async #load(id: UserId, context: ExecutionContext): Promise<SessionUser | null> {
    const { userLoader } = this.config.options;
    if (userLoader === null) return withIdAlone(id);
    try {
      const user: unknown = await userLoader(id, context);
      // A loader that finds nothing may also answer undefined or false, whatever its type says: that is nobody, too.
      return isUser(user) ? user : null;
    } catch (error) {
      if (error instanceof HttpException) throw error;
      this.runtime.report(error);
      throw new ServiceUnavailableException('The user cannot be loaded at the moment. Try again.', { cause: error });
    }
  }

  async #atOnce(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
      const exception = toHttpException(error);
      // A mistake of the application's keeps its class and its message, which say what to do.
      if (exception instanceof InternalServerErrorException) throw error;
      // Nest logs no exception that has a status.
      if (exception instanceof ServiceUnavailableException) this.runtime.report(error);
      throw exception;
    }
  }
}

function isUser(user: unknown): user is SessionUser {
  return typeof user === 'object' && user !== null;
}

/** Without a user loader the id is all that there is of a user, whatever type the application gives to its users. */
function withIdAlone(id: UserId): SessionUser {
  const user: unknown = { id };
  return user as SessionUser;
}
