import type { ExecutionContext } from '@nestjs/common';

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

/**
 * Finds a user by what a request brings along, such as an API key; `null` where it brings nothing of the kind. What it
 * throws is answered as it is, if it is an HttpException, otherwise with a 503.
 *
 * @publicApi
 */
export type RequestLoader = (
  request: never,
  context: ExecutionContext,
) => SessionUser | null | Promise<SessionUser | null>;

/** A user that has an id, or an id by itself. */
export type UserOrId = UserId | { readonly id: UserId } | DeclaredUser;

/** Until an application says what its users are, they have an `id`. */
type DeclaredUser = keyof SessionUser extends never ? { readonly id: UserId } : SessionUser;
