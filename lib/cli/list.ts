import type { CommandOptions } from './command-options.js';
import { printable, table } from './table.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import { userIdOf, type GivenUser } from './user.js';
import { withSessions } from './with-sessions.js';

/** Prints the sessions of a user. */
export function list(user: GivenUser, options: CommandOptions, terminal: Terminal): Promise<ExitCode> {
  return withSessions(options, terminal, async (access) => {
    const userId = await userIdOf(user, access);
    const sessions = await access.logins.list(userId, null);
    if (options.json === true) {
      const shown = sessions.map(({ current: _, ...session }) => session);
      terminal.print(JSON.stringify({ userId, sessions: shown }, null, 2));
      return exitCodes.done;
    }
    const rows = sessions.map(({ publicId, createdAt, lastSeenAt, expiresAt, ip, userAgent, remembered }) => [
      publicId,
      timeOf(createdAt),
      timeOf(lastSeenAt),
      timeOf(expiresAt),
      ip,
      remembered ? 'yes' : 'no',
      userAgent,
    ]);
    const head = ['PUBLIC ID', 'LOGGED IN', 'LAST SEEN', 'EXPIRES', 'ADDRESS', 'REMEMBERED', 'USER AGENT'];
    if (rows.length > 0) for (const line of [...table(head, rows), '']) terminal.print(line);
    const count = `${String(rows.length)} session${rows.length === 1 ? '' : 's'}`;
    terminal.print(`${count} of user ${nameOf(userId)}.`);
    return exitCodes.done;
  });
}

/** A time as UTC, to the second. */
export function timeOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A user's id, which may be a string that looks like a number. */
export function nameOf(userId: string | number): string {
  return typeof userId === 'number' ? String(userId) : printable(JSON.stringify(userId));
}
