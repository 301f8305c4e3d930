import type { ExecutionContext } from '@nestjs/common';
import { SessionUserError } from '../errors.js';

/** The id of a user: `7` and `'7'` are two different users. @publicApi */
export type UserId = string | number;

/**
 * The application's user. Empty here; an application says what its users are:
 *
 * ```ts
 * declare module 'nestjs-session-auth' {
 *   interface SessionUser { id: number; email: string }
 * }
 * ```
 *
 * @publicApi
 */
export interface SessionUser {}

/**
 * Finds a user, an object, by id; `null` where there is none, and so for whatever is no object. Called at most once a
 * request, and only when somebody asks who is there. What it throws becomes a 503, if it is no HttpException.
 *
 * @publicApi
 */
export type UserLoader = (id: UserId, context: ExecutionContext) => SessionUser | null | Promise<SessionUser | null>;

/** A user that has an id, or an id by itself. */
export type UserOrId = UserId | { readonly id: UserId } | (SessionUser & { readonly id: UserId });

/** @throws SessionUserError where there is no id that could be stored */
export function userIdOf(user: UserOrId | null | undefined): UserId {
  const id: unknown = typeof user === 'object' && user !== null ? user.id : user;
  if (typeof id === 'string' && id !== '') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return id;
  throw new SessionUserError(
    'AuthService.login() needs a user with an `id` that is a number or a text that is not empty, or such an id.',
  );
}
