import type { UserId } from '../session/auth-facts.js';
import type { SearchedSession } from '../session/session-search.js';
import type { OpenSessions } from './sessions.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import { userIdOf, type GivenUser } from './user.js';

/** A session by its public id, and whose it is. */
export interface SessionOfUser {
  readonly session: SearchedSession;
  /** Null: nobody is logged in. */
  readonly userId: UserId | null;
}

/**
 * The session with a public id: among those of a user, or else among all that the store has.
 *
 * @throws UsageError if no user is given, and the store cannot list what it has
 */
export async function findSession(
  publicId: string,
  user: GivenUser | null,
  access: OpenSessions,
  terminal: Terminal,
): Promise<SessionOfUser | null> {
  if (user !== null) {
    const userId = await userIdOf(user, access);
    const session = await access.devices.find(userId, publicId);
    return session && { session, userId };
  }
  if (!access.search.isOffered) {
    throw new UsageError(
      `The store ${access.name} cannot list its sessions, so this one can only be found among those of its user: add --user <id>.`,
    );
  }
  const session = await access.search.find(publicId, (count) => {
    terminal.progress(`Searched ${String(count)} sessions …`);
  });
  terminal.progress(null);
  return session && { session, userId: session.auth?.userId ?? null };
}
