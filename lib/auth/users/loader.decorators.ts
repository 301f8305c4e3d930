import { SetMetadata } from '@nestjs/common';
import type { RequestLoader as RequestLoaderFunction, UserLoader as UserLoaderFunction } from './user.js';

/** What marks the loader of users. */
export const USER_LOADER = Symbol('nestjs-session-auth user loader');

/** What marks a loader of users by request. */
export const REQUEST_LOADER = Symbol('nestjs-session-auth request loader');

/** What {@link USER_LOADER} and {@link REQUEST_LOADER} carry. */
export interface LoaderMark {
  readonly order: number;
}

/** A function that finds a user by id; as a decorator: see the constant of this name. @publicApi */
export type UserLoader = UserLoaderFunction;

/**
 * Makes a provider find the users of sessions: its method `load(id, context)`, or the method that is marked.
 *
 * ```ts
 * @UserLoader()
 * export class Users {
 *   load(id: UserId) { return this.repository.findOneBy({ id }); }
 * }
 * ```
 *
 * It is found wherever it is provided; there can be one. The option `userLoader` takes a function instead.
 *
 * @publicApi
 */
export const UserLoader = (): ClassDecorator & MethodDecorator =>
  SetMetadata(USER_LOADER, { order: 0 } satisfies LoaderMark);

/** A function that finds a user by a request; as a decorator: see the constant of this name. @publicApi */
export type RequestLoader = RequestLoaderFunction;

/**
 * Makes a provider find a user by what a request brings along, where no session says who is there: its method
 * `load(request, context)`, or the method that is marked. It never makes a session: an API key works for the request that
 * carries it.
 *
 * @param options.order several are asked in ascending order (default 0), until one finds somebody.
 *
 * @publicApi
 */
export const RequestLoader = ({ order = 0 }: { readonly order?: number } = {}): ClassDecorator & MethodDecorator =>
  SetMetadata(REQUEST_LOADER, { order } satisfies LoaderMark);
