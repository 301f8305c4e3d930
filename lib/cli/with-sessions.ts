import type { CommandOptions } from './command-options.js';
import { openSessions, type Elsewhere, type OpenSessions } from './sessions.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';

/** Runs `work` with the sessions of an application, if this process can reach them. */
export async function withSessions(
  options: CommandOptions,
  terminal: Terminal,
  work: (sessions: OpenSessions) => Promise<ExitCode>,
): Promise<ExitCode> {
  const sessions = await openSessions(options, terminal);
  if ('where' in sessions) {
    terminal.complain(outOfReach[sessions.where]);
    return exitCodes.unusable;
  }
  try {
    const code = await work(sessions);
    sessions.tellErrors();
    return code;
  } finally {
    await sessions.close();
  }
}

const outOfReach: Readonly<Record<Elsewhere['where'], string>> = {
  unset:
    'SESSION_TYPE is not set here. Give this command the settings of the application (--env-file), or its module (--app) if the store is ' +
    'in its code.',
  browsers: 'SESSION_TYPE is cookie, so the sessions are in the browsers, where nothing can list or end them.',
  memory: "Sessions in memory are in the application's process, where this command cannot reach them.",
};
