import type { CommandOptions } from './command-options.js';
import { findSession, type SessionOfUser } from './found-session.js';
import { nameOf, timeOf } from './list.js';
import { printable } from './table.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import type { GivenUser } from './user.js';
import { withSessions } from './with-sessions.js';

/** Prints what is known of a session, except for the values of its data. */
export function show(
  publicId: string,
  user: GivenUser | null,
  options: CommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return withSessions(options, terminal, async (access) => {
    const found = await findSession(publicId, user, access, terminal);
    if (found === null) {
      terminal.complain(noSession(publicId));
      return exitCodes.failed;
    }
    const shown = shownOf(found);
    if (options.json === true) terminal.print(JSON.stringify(shown, null, 2));
    else for (const line of linesOf(shown)) terminal.print(line);
    return exitCodes.done;
  });
}

export function noSession(publicId: string): string {
  return `There is no session ${printable(publicId)}.`;
}

type Shown = ReturnType<typeof shownOf>;

function shownOf({ session, userId }: SessionOfUser) {
  const { record, auth, endsAt, lineage, publicId } = session;
  return {
    publicId: lineage ?? publicId,
    userId,
    createdAt: new Date(record.createdAt),
    rotatedAt: new Date(record.rotatedAt),
    expiresAt: endsAt === null ? null : new Date(endsAt),
    permanent: record.permanent,
    /** The names of its data, since the values may be anything. */
    keys: Object.keys(record.data),
    flashes: record.flashes.length,
    login:
      auth === null
        ? null
        : {
            loggedInAt: new Date(auth.since ?? auth.at),
            authenticatedAt: new Date(auth.at),
            lastSeenAt: new Date(Math.max(auth.seenAt ?? 0, auth.at)),
            factors: Object.keys(auth.factors ?? {}),
            ip: auth.seenFrom ?? auth.device?.address ?? '',
            userAgent: auth.device?.userAgent ?? '',
            remembered: auth.family !== undefined,
            restored: auth.restored === true,
          },
  };
}

function linesOf({
  publicId,
  userId,
  createdAt,
  rotatedAt,
  expiresAt,
  permanent,
  keys,
  flashes,
  login,
}: Shown): string[] {
  const lines: [name: string, value: string][] = [
    ['public id', publicId],
    ['user', userId === null ? 'nobody is logged in' : nameOf(userId)],
    ['created', timeOf(createdAt)],
    ['id changed', timeOf(rotatedAt)],
    [login === null ? 'expires at the latest' : 'expires', expiresAt === null ? 'never' : timeOf(expiresAt)],
    ['permanent', yesOrNo(permanent)],
    ['data', keys.length === 0 ? 'none' : keys.join(', ')],
    ['flash messages', String(flashes)],
  ];
  if (login !== null) {
    lines.push(
      ['logged in', timeOf(login.loggedInAt)],
      [
        'authenticated',
        `${timeOf(login.authenticatedAt)}${login.factors.length === 0 ? '' : ` (${login.factors.join(', ')})`}`,
      ],
      ['last seen', timeOf(login.lastSeenAt)],
      ['address', login.ip],
      ['user agent', login.userAgent],
      ['remembered', yesOrNo(login.remembered)],
      ['restored', yesOrNo(login.restored)],
    );
  }
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`.trimEnd());
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
