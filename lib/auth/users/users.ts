import { HttpException, Injectable, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SessionConfigError } from '../../errors.js';
import { requestSessionOf } from '../../http/session-of.js';
import { discover, type Discovered } from '../../http/discovery.js';
import { serviceUnavailable } from '../../http/session-exception.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { isThenable } from '../../session/thenable.js';
import { refusalIn } from '../access/refusal.js';
import { AuthConfig } from '../auth-config.js';
import { authNotices } from '../auth-notices.js';
import { ownPermissions, ownRoles } from '../auth.options.js';
import { REQUEST_LOADER, USER_LOADER, type LoaderMark } from './loader.decorators.js';
import { userIdOf } from './user-id.js';
import type { SessionUser, UserId, UserLoader } from './user.js';

type Loader = (subject: unknown, context: ExecutionContext) => unknown;

/** The application's users: how they are found, and what is known about them. */
@Injectable()
export class Users implements OnModuleInit {
  #userLoader: UserLoader | null;
  #requestLoaders: readonly Loader[] = [];

  constructor(
    private readonly config: AuthConfig,
    private readonly modules: ModulesContainer,
    private readonly runtime: SessionRuntime,
  ) {
    this.#userLoader = config.options.userLoader;
  }

  /** Finds the loaders among the application's providers. @throws SessionConfigError */
  onModuleInit(): void {
    const [found, ...others] = discover<LoaderMark>(this.modules, USER_LOADER);
    if (found !== undefined) {
      const given = this.#userLoader === null ? [] : ['the option userLoader'];
      if (given.length + others.length > 0) {
        const names = [...given, found.name, ...others.map(({ name }) => name)];
        const isProvidedTwice = new Set(names).size < names.length;
        const hint = isProvidedTwice
          ? ' (provided by several modules: provide it in one, and export it from there)'
          : '';
        throw problem(
          '@UserLoader()',
          `there can be only one user loader, but there are several: ${names.join(', ')}${hint}`,
        );
      }
      this.#userLoader = loaderOf(found, '@UserLoader()') as UserLoader;
    }
    const { rolesOf, permissionsOf } = this.config.options;
    const known = {
      hasLoader: this.hasLoader,
      hasOwnRoles: rolesOf === ownRoles,
      hasOwnPermissions: permissionsOf === ownPermissions,
    };
    for (const notice of authNotices(this.modules, known)) this.runtime.notices.once(notice, notice);
    this.#requestLoaders = discover<LoaderMark>(this.modules, REQUEST_LOADER)
      .sort((a, b) => a.mark.order - b.mark.order)
      .map((loader) => loaderOf(loader, '@RequestLoader()'));
    this.runtime.hasRequestLoaders = this.#requestLoaders.length > 0;
  }

  /** Whether the application has defined how a user is found by id. */
  get hasLoader(): boolean {
    return this.#userLoader !== null;
  }

  /** @throws SessionUserError for a missing or unusable id */
  idOf(user: unknown): UserId {
    return userIdOf(user, this.config.options.userIdField);
  }

  /** Whether a user may log in, and stay logged in. @param isForced whether it was let in although inactive. */
  isAdmitted(user: SessionUser, isForced = false): boolean | Promise<boolean> {
    return isForced || this.config.options.isActive(user);
  }

  /**
   * The user with an id, synchronously if the loader is; null: there is none.
   *
   * @throws ServiceUnavailableException if the loader fails
   */
  find(id: UserId, context: ExecutionContext): SessionUser | null | Promise<SessionUser | null> {
    const loader = this.#userLoader;
    return loader === null ? this.#withIdAlone(id) : this.#ask(context, () => loader(id, context));
  }

  /** The user that a feature finds; null: none. @throws ServiceUnavailableException if it fails */
  async findBy(load: () => Promise<SessionUser | null>, context: ExecutionContext): Promise<SessionUser | null> {
    const user = await this.#ask(context, load);
    return user !== null && (await this.isAdmitted(user)) ? user : null;
  }

  /** The user found by a request loader; null: none. @throws ServiceUnavailableException if a loader fails */
  async findByRequest(context: ExecutionContext): Promise<SessionUser | null> {
    for (const loader of this.#requestLoaders) {
      const user = await this.#ask(context, () => loader(requestSessionOf(context).carrier, context));
      if (user !== null && (await this.isAdmitted(user))) return user;
    }
    return null;
  }

  #ask(context: ExecutionContext, load: () => unknown): SessionUser | null | Promise<SessionUser | null> {
    try {
      const answer = load();
      if (!isThenable(answer)) return userIn(answer);
      return Promise.resolve(answer).then(userIn, (error: unknown) => this.#failed(context, error));
    } catch (error) {
      return this.#failed(context, error);
    }
  }

  #failed(context: ExecutionContext, error: unknown): never {
    if (error instanceof HttpException) throw error;
    this.runtime.report(error);
    const message = 'The user cannot be loaded at the moment. Try again.';
    throw refusalIn(context, serviceUnavailable(message, error));
  }

  /** Without a loader, only the id of a user is known, whatever type the application declares for its users. */
  #withIdAlone(id: UserId): SessionUser {
    const user: unknown = { [this.config.options.userIdField]: id };
    return user as SessionUser;
  }
}

function loaderOf({ instance, method, name }: Discovered<LoaderMark>, decorator: string): Loader {
  const load: unknown = Reflect.get(instance, method ?? 'load');
  if (typeof load !== 'function') {
    throw problem(decorator, `${name} needs a method load(), or the decorator on one of its methods`);
  }
  return (subject, context) => Reflect.apply(load, instance, [subject, context]) as unknown;
}

function problem(setting: string, text: string): SessionConfigError {
  return new SessionConfigError([{ setting, problem: text }]);
}

/** A loader that finds nobody may also return undefined or false, whatever its type says. */
function userIn(answer: unknown): SessionUser | null {
  return isUser(answer) ? answer : null;
}

/** An array is not a user: that of a query without results is empty, and still an object. */
function isUser(user: unknown): user is SessionUser {
  return typeof user === 'object' && user !== null && !Array.isArray(user);
}
