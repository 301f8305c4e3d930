import type { ExecutionContext } from '@nestjs/common';
import { MINUTE } from '../config/time.js';
import type { RequestSession } from '../http/request-session.js';
import type { SessionRuntime } from '../http/session-runtime.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { atOnce } from './at-once.js';
import type { AuthFeature } from './auth-feature.js';
import type { AuthWatcher } from './auth-watcher.js';
import type { Found, KnownUsers } from './known-users.js';
import type { SignOut } from './sign-out.js';
import type { SessionUser, UserId } from './users/user.js';
import type { Users } from './users/users.js';

/** In ms. */
const JUST_NOW = MINUTE;

/** Finds the user of a request: by what it carries itself, by its session, by a feature such as remember-me, or by the request loaders. */
export class RequestUsers {
  /** The users of requests that their sessions do not speak for. */
  readonly #claimed = new WeakMap<RequestSession, Promise<SessionUser | null>>();

  constructor(
    private readonly runtime: SessionRuntime,
    private readonly users: Users,
    private readonly features: readonly AuthFeature[],
    private readonly watcher: AuthWatcher,
    private readonly signOut: SignOut,
    private readonly known: KnownUsers,
  ) {}

  /** The user of a request; null: nobody is logged in, or the user no longer exists. */
  async of(request: RequestSession, context: ExecutionContext): Promise<SessionUser | null> {
    const claimed = this.#claimed.get(request) ?? this.#claim(request, context);
    if (claimed !== null) return claimed;
    const loaded = request.get();
    const session = loaded instanceof Promise ? await loaded : loaded;
    const id = stateOf(session).auth?.userId ?? null;
    const known = this.known.get(request);
    if (known?.id === id) return known.user;
    const user = orRejection(() =>
      id === null ? this.#findElsewhere(request, session, context) : this.#find(id, request, session, context),
    );
    this.known.set(request, { id, user });
    return user;
  }

  /** Whether the user of a request was found without its session. */
  isClaimed(request: RequestSession): boolean {
    return this.#claimed.has(request);
  }

  #claim(request: RequestSession, context: ExecutionContext): Promise<SessionUser | null> | null {
    for (const feature of this.features) {
      const find = feature.claim?.(context) ?? null;
      if (find === null) continue;
      const user = this.users.findBy(find, context);
      this.#claimed.set(request, user);
      return user;
    }
    return null;
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
    if (stateOf(session).delivery === 'open' && !request.handle.isReadonlyRequest) {
      await atOnce(this.runtime, () => this.signOut.leave(session));
    }
    const user = this.#findElsewhere(request, session, context);
    this.known.set(request, { id: null, user });
    return user;
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

  async #findElsewhere(
    request: RequestSession,
    session: SessionObject,
    context: ExecutionContext,
  ): Promise<SessionUser | null> {
    if (this.watcher.wasTurnedAway(request)) return null;
    for (const feature of this.features) {
      const restored = await atOnce(
        this.runtime,
        async () => (await feature.restore?.(request, session, context)) ?? null,
      );
      if (restored === null) continue;
      if (!(await this.#isRestorable(session))) {
        await atOnce(this.runtime, () => this.signOut.leave(session));
        continue;
      }
      this.known.set(request, { id: stateOf(session).auth?.userId ?? null, user: restored.user });
      return restored.user;
    }
    return this.users.findByRequest(context);
  }

  async #isRestorable(session: SessionObject): Promise<boolean> {
    const { auth } = stateOf(session);
    if (auth === null) return true;
    for (const feature of this.features) if ((await feature.isRestorable?.(auth)) === false) return false;
    return true;
  }
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
