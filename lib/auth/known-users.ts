import type { RequestSession } from '../http/request-session.js';
import type { SessionUser, UserId } from './users/user.js';

/** Synchronous if nothing has to be read: every request that needs the user takes this path. */
export type Found = SessionUser | null | Promise<SessionUser | null>;

/** What is known about a request's user. */
interface Known {
  /** Null: nobody is logged in, though a request loader may have found a user. */
  readonly id: UserId | null;
  readonly user: Found;
}

/** Kept for each request, since its user is looked up once. */
export type KnownUsers = WeakMap<RequestSession, Known>;
