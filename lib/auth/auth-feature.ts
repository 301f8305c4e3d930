import type { ExecutionContext } from '@nestjs/common';
import type { RequestSession } from '../http/request-session.js';
import type { AuthFacts } from '../session/auth-facts.js';
import type { SessionObject } from '../session/session.js';
import type { LoginOptions } from './login.js';
import type { SessionUser, UserId } from './users/user.js';

/** A session with a login, as a request brought it. */
export interface Arrival {
  readonly request: RequestSession;
  readonly session: SessionObject;
  readonly auth: AuthFacts;
}

/** What a feature has done with a session: `ended` it, or done so and `turned away` its request, whatever else that brings along. */
export type ArrivalAnswer = 'ended' | 'turned away' | undefined;

/** A login that is about to be made, or has been made. */
export interface Entry {
  readonly request: RequestSession | null;
  readonly session: SessionObject;
  readonly userId: UserId;
  readonly options: LoginOptions;
}

/** A user that a feature has logged in. */
export interface Restored {
  readonly user: SessionUser;
}

/**
 * What a part of this room, or a provider with `@LoginFeature()`, may listen to. Each is asked in the order of `features.ts`; one that has nothing to do returns
 * nothing, so that a request which only reads takes no turn of the event loop for it.
 */
export interface AuthFeature {
  /** A session with a login came in, before anybody else sees it. May take from it, or end it. */
  arrived?(arrival: Arrival): Promise<ArrivalAnswer> | ArrivalAnswer;

  /** Whether a login counts no more, although its session may still be there. At once, where nothing had to be asked. */
  isOver?(auth: AuthFacts): boolean | Promise<boolean>;

  /** Nobody is logged in, and somebody asks who is there. May log somebody in. */
  restore?(request: RequestSession, session: SessionObject, context: ExecutionContext): Promise<Restored | null> | null;

  /** A login is about to be made with these facts; may add to them. */
  entering?(entry: Entry, facts: AuthFacts): Promise<AuthFacts>;

  /** That login was made. */
  entered?(entry: Entry, facts: AuthFacts): void;

  /** That login was not made after all. */
  notEntered?(entry: Entry, facts: AuthFacts): Promise<void>;

  /** The login of a session is about to end, by a logout or since there is no such user any more. */
  leaving?(request: RequestSession | null, auth: AuthFacts | null): Promise<void>;

  /** All sessions of a user are about to end, but that with the facts in `except`. */
  endingAll?(userId: UserId, except: AuthFacts | null): Promise<void>;

  /** Whether the user has something here that {@link endingAll} would end. */
  has?(userId: UserId): Promise<boolean>;

  /** One session of a user, in use elsewhere, is about to end. */
  ending?(auth: AuthFacts): Promise<void>;
}
