import type { AuthService, FlashMessage, Session, SessionData, SessionUser, UserId } from '../index.js';

/** A read-only copy of a session, for tests. @publicApi */
export interface SeenSession {
  /** The public id. */
  readonly id: string;
  readonly data: Readonly<SessionData> & Readonly<Record<string, unknown>>;
  /** Null: nobody is logged in. */
  readonly userId: UserId | null;
  /** What `@Fresh()` would decide. False if nobody is logged in. */
  readonly isFresh: boolean;
  /** Whether the login is remembered, so that it outlives the session. */
  readonly isRemembered: boolean;
  /** Whether the login was restored by remember-me, and not confirmed since. */
  readonly isRestored: boolean;
  /** They remain for the next page. */
  readonly flashes: readonly FlashMessage[];
  readonly permanent: boolean;
  readonly createdAt: Date;
  /** When it expires if it is not used again. */
  readonly expiresAt: Date;
}

export async function seen(session: Session, auth: AuthService): Promise<SeenSession> {
  const userId = auth.userId(session);
  // Only the login is checked, for one factor, whatever the application knows about its users.
  const user: unknown = { id: userId };
  const { id, permanent, createdAt, expiresAt } = session;
  return {
    id,
    data: session.toJSON(),
    userId,
    isFresh: await auth.isFresh(session, user as SessionUser),
    isRemembered: auth.isRemembered(session),
    isRestored: auth.isRestored(session),
    flashes: session.flashes(),
    permanent,
    createdAt,
    expiresAt,
  };
}
