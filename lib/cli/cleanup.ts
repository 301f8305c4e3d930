import type { SessionConfig } from '../session-module.options.js';
import { openStore } from '../session-wiring.js';
import { StoreCleanup } from '../session/store-cleanup.js';
import { isPrunable } from '../stores/session-store.js';
import type { StoreLog } from '../stores/store-context.js';
import { applicationSettings } from './application-settings.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';

/**
 * Removes expired sessions from the application's store, and prints how many.
 *
 * @throws SessionError, or UsageError if the settings cannot be read
 */
export async function cleanup(environmentFile: string | null, terminal: Terminal): Promise<ExitCode> {
  const config = await applicationSettings(environmentFile, terminal);
  const { type, elsewhere } = placeOf(config);
  if (elsewhere !== null) {
    terminal.complain(elsewhere.why);
    return elsewhere.code;
  }
  const log = new QuietLog(terminal);
  const store = await openStore(config, log);
  try {
    if (!isPrunable(store)) {
      terminal.print(`Nothing to do: the store ${type} needs no cleanup.`);
      return exitCodes.done;
    }
    const removed = await new StoreCleanup(store).run();
    log.tell();
    terminal.print(`Removed ${String(removed)} expired session${removed === 1 ? '' : 's'} (${type}).`);
    return exitCodes.done;
  } finally {
    await store.close?.();
  }
}

interface Elsewhere {
  readonly why: string;
  readonly code: ExitCode;
}

/** The store's type, or why this process cannot reach its sessions. */
function placeOf({ type, sealed }: SessionConfig): { readonly type: string; readonly elsewhere: Elsewhere | null } {
  // The environment names a store by its type; a store object can only be passed in code.
  const kept = type === 'cookie' ? sealed.revocations : type;
  const name = typeof kept === 'string' ? kept : 'none';
  if (type === null) {
    const why =
      'SESSION_TYPE is not set here. Give this command the settings of the application (--env-file). If the application creates the ' +
      'store in code, call cleanupSessions() of SessionService there from time to time.';
    return { type: name, elsewhere: { why, code: exitCodes.unusable } };
  }
  if (kept === null) {
    const why = 'Nothing to do: SESSION_TYPE is cookie, so the sessions are kept by the browsers.';
    return { type: name, elsewhere: { why, code: exitCodes.done } };
  }
  if (kept === 'memory') {
    const why =
      "Nothing to do: sessions in memory are in the application's process, which removes expired ones itself.";
    return { type: name, elsewhere: { why, code: exitCodes.done } };
  }
  return { type: name, elsewhere: null };
}

/** If the store does not answer, this command fails anyway; its log messages are meant for an application, which goes on. */
class QuietLog implements StoreLog {
  private readonly errors: string[] = [];

  constructor(private readonly terminal: Terminal) {}

  warn(message: string): void {
    this.terminal.complain(message);
  }

  error(message: string): void {
    this.errors.push(message);
  }

  /** A log message is not a failure. */
  tell(): void {
    for (const message of this.errors) this.terminal.complain(message);
  }
}
