import type { CommandOptions } from './command-options.js';
import { findSession } from './found-session.js';
import { nameOf } from './list.js';
import type { OpenSessions } from './sessions.js';
import { noSession } from './show.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import { userIdOf, type GivenUser } from './user.js';
import { withSessions } from './with-sessions.js';

/** Whose sessions to end: one of them, all of a user, or all of everybody. */
export type Revoked =
  | { readonly publicId: string; readonly user: GivenUser | null }
  | { readonly publicId: null; readonly user: GivenUser }
  | 'everybody';

/** Whether an argument has the form of a public id. A user's id hardly ever has. */
export function isPublicId(text: string): boolean {
  return /^[\w-]{16}$/.test(text);
}

/** Ends sessions, and what would log their users in again. */
export function revoke(what: Revoked, options: CommandOptions, terminal: Terminal): Promise<ExitCode> {
  return withSessions(options, terminal, async (access) => {
    if (what === 'everybody') {
      await access.logoutAllUsers();
      const text = `Everybody is logged out. Running processes notice within ${String(access.config.logoutAllUsersInterval / 1000)} seconds.`;
      print({ everybody: true }, text);
      return exitCodes.done;
    }
    if (what.publicId === null) {
      const userId = await userIdOf(what.user, access);
      const ended = await access.logins.endAll(userId, null);
      print({ userId, ended }, `Ended ${String(ended)} session${ended === 1 ? '' : 's'} of user ${nameOf(userId)}.`);
      return exitCodes.done;
    }
    const { publicId } = what;
    const found = await findSession(publicId, what.user, access, terminal);
    const isEnded = found !== null && (await end(publicId, found, access));
    if (found === null || !isEnded) {
      terminal.complain(noSession(publicId));
      return exitCodes.failed;
    }
    const { userId } = found;
    print(
      { publicId, userId, ended: 1 },
      `Ended the session ${publicId}${userId === null ? '' : ` of user ${nameOf(userId)}`}.`,
    );
    return exitCodes.done;
  });

  function print(json: object, text: string): void {
    terminal.print(options.json === true ? JSON.stringify(json) : text);
  }
}

async function end(
  publicId: string,
  { session, userId }: NonNullable<Awaited<ReturnType<typeof findSession>>>,
  { logins, search }: OpenSessions,
): Promise<boolean> {
  return userId === null ? search.end(session) : logins.end(userId, publicId);
}
