import type { ExecutionContext } from '@nestjs/common';
import type { RequestSession } from '../http/request-session.js';
import type { AuthFacts, Device } from '../session/auth-facts.js';
import type { SessionObject } from '../session/session.js';
import type { LoginOptions } from './login.js';
import type { SessionUser, UserId } from './users/user.js';

/** A session with a login that has arrived. */
export interface Arrival {
  /** Null: the session was opened for a transport of the application's own. */
  readonly request: RequestSession | null;
  /** What has sent its cookie, if there is no request; null: unknown. */
  readonly sender: Device | null;
  readonly session: SessionObject;
  readonly auth: AuthFacts;
}

/** What a feature did with a session: `ended` it, or did so and `turned away` its request, whatever other credentials that has. */
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
 * The hooks of a feature: a part of this room, or a provider with `@LoginFeature()`. They are called in the order of
 * `features.ts`; one with nothing to do returns undefined, so that a request that only reads need not wait a turn of the event
 * loop.
 */
export interface AuthFeature {
  /**
   * Whether a request carries a credential of its own that no browser adds by itself: then its session is not asked who it is from.
   *
   * @returns finds its user, once; null: it does not
   */
  claim?(context: ExecutionContext): (() => Promise<SessionUser | null>) | null;

  /** A session with a login has arrived; called before other code gets it. May change it, or end it. */
  arrived?(arrival: Arrival): Promise<ArrivalAnswer> | ArrivalAnswer;

  /** Whether a login is invalid although its session may still exist. Synchronous if nothing has to be read. */
  isOver?(auth: AuthFacts): boolean | Promise<boolean>;

  /** The user is needed, and nobody is logged in. May log a user in. */
  restore?(request: RequestSession, session: SessionObject, context: ExecutionContext): Promise<Restored | null> | null;

  /** Whether a login that was restored with these facts is valid; if not, it ends. */
  isRestorable?(auth: AuthFacts): Promise<boolean>;

  /** A login is about to be made with these facts; may add to them, or reject it by a SessionLoginRefusedError. */
  entering?(entry: Entry, facts: AuthFacts): Promise<AuthFacts>;

  /** The facts are complete: called after `entering` of all features. May store them elsewhere, and add where. */
  remembering?(entry: Entry, facts: AuthFacts): Promise<AuthFacts>;

  /** That login was made. */
  entered?(entry: Entry, facts: AuthFacts): void;

  /** That login was not made after all. */
  notEntered?(entry: Entry, facts: AuthFacts): Promise<void>;

  /** The login of a session is about to end, by a logout or because the user no longer exists. */
  leaving?(request: RequestSession | null, auth: AuthFacts | null, lineage: string | null): Promise<void>;

  /** All sessions of a user are about to end, except the one with the facts in `except`, whose lineage is `exceptLineage`. */
  endingAll?(userId: UserId, except: AuthFacts | null, exceptLineage: string | null): Promise<void>;

  /** Whether the user has something here that {@link endingAll} would end. */
  has?(userId: UserId): Promise<boolean>;

  /** One session of a user, on another device, is about to end. */
  ending?(auth: AuthFacts, lineage: string): Promise<void>;
}
