import type { ExecutionContext } from '@nestjs/common';
import type { UserId } from '../../session/auth-facts.js';

export type { UserId } from '../../session/auth-facts.js';

/**
 * The application's user. Declare its fields:
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
 * Finds a user by id; must return an object, anything else counts as `null`, not found. Called at most once per request, and
 * only when the user is needed. Errors become a 503, except HttpExceptions.
 *
 * @publicApi
 */
export type UserLoader = (id: UserId, context: ExecutionContext) => SessionUser | null | Promise<SessionUser | null>;

/**
 * Finds a user by a request's own credentials, such as an API key; `null` if it has none. Errors become a 503, except
 * HttpExceptions, which are passed on.
 *
 * @publicApi
 */
export type RequestLoader = (
  request: never,
  context: ExecutionContext,
) => SessionUser | null | Promise<SessionUser | null>;

/** A user with an id, or an id. */
export type UserOrId = UserId | { readonly id: UserId } | DeclaredUser;

/** Until an application declares its users, they have an `id`. */
type DeclaredUser = keyof SessionUser extends never ? { readonly id: UserId } : SessionUser;
