import { StoreCleanup } from '../session/store-cleanup.js';
import { isPrunable } from '../stores/session-store.js';
import type { CommandOptions } from './command-options.js';
import { openStoreOf, type Whereabouts } from './sessions.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';

/**
 * Removes expired sessions from the application's store, and prints how many.
 *
 * @throws SessionError, or UsageError if the settings cannot be read
 */
export async function cleanup(options: CommandOptions, terminal: Terminal): Promise<ExitCode> {
  const sessions = await openStoreOf(options, terminal);
  const { name } = sessions;
  const print = (removed: number, text: string | null): void => {
    if (options.json === true) terminal.print(JSON.stringify({ store: name, removed }));
    else if (text !== null) terminal.print(text);
  };
  if ('where' in sessions) {
    terminal.complain(withoutStore[sessions.where]);
    if (sessions.where === 'unset') return exitCodes.unusable;
    print(0, null);
    return exitCodes.done;
  }
  try {
    if (!isPrunable(sessions.store)) {
      print(0, `Nothing to do: the store ${name} needs no cleanup.`);
      return exitCodes.done;
    }
    terminal.progress('Removing expired sessions …');
    const removed = await new StoreCleanup(sessions.store).run();
    terminal.progress(null);
    sessions.tellErrors();
    print(removed, `Removed ${String(removed)} expired session${removed === 1 ? '' : 's'} (${name}).`);
    return exitCodes.done;
  } finally {
    await sessions.close();
  }
}

const withoutStore: Readonly<Record<Exclude<Whereabouts, 'store'>, string>> = {
  unset:
    'SESSION_TYPE is not set here. Give this command the settings of the application (--env-file). If the application creates the ' +
    'store in code, name its module (--app), or call cleanupSessions() of SessionService there from time to time.',
  browsers: 'Nothing to do: SESSION_TYPE is cookie, so the sessions are kept by the browsers.',
  memory: "Nothing to do: sessions in memory are in the application's process, which removes expired ones itself.",
};
