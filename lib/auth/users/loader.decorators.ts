import { SetMetadata } from '@nestjs/common';
import type { RequestLoader as RequestLoaderFunction, UserLoader as UserLoaderFunction } from './user.js';

/** The metadata key of the user loader. */
export const USER_LOADER = Symbol('nestjs-session-auth user loader');

/** The metadata key of request loaders. */
export const REQUEST_LOADER = Symbol('nestjs-session-auth request loader');

/** The metadata of {@link USER_LOADER} and {@link REQUEST_LOADER}. */
export interface LoaderMark {
  readonly order: number;
}

/** A function that finds a user by id; for the decorator, see the constant of this name. @publicApi */
export type UserLoader = UserLoaderFunction;

/**
 * Marks a provider as the user loader: its method `load(id, context)`, or the decorated method, finds the users of sessions.
 *
 * ```ts
 * @UserLoader()
 * export class Users {
 *   load(id: UserId) { return this.repository.findOneBy({ id }); }
 * }
 * ```
 *
 * It is discovered wherever it is provided; there can be only one. Alternatively, pass a function as the option `userLoader`.
 *
 * @publicApi
 */
export const UserLoader = (): ClassDecorator & MethodDecorator =>
  SetMetadata(USER_LOADER, { order: 0 } satisfies LoaderMark);

/** A function that finds a user by a request; for the decorator, see the constant of this name. @publicApi */
export type RequestLoader = RequestLoaderFunction;

/**
 * Marks a provider as a request loader: its method `load(request, context)`, or the decorated method, finds a user by the
 * request's own credentials if no session says who is logged in. It never creates a session: an API key works for the request
 * that carries it.
 *
 * @param options.order several are called in ascending order (default 0), until one finds a user.
 *
 * @publicApi
 */
export const RequestLoader = ({ order = 0 }: { readonly order?: number } = {}): ClassDecorator & MethodDecorator =>
  SetMetadata(REQUEST_LOADER, { order } satisfies LoaderMark);
