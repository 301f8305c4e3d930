import type { SessionConfig } from '../session-module.options.js';
import { openStore } from '../session-wiring.js';
import { StoreCleanup } from '../session/store-cleanup.js';
import { isPrunable } from '../stores/session-store.js';
import type { StoreLog } from '../stores/store-context.js';
import { applicationSettings } from './application-settings.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';

/**
 * Removes what has expired from the application's store, and says how many sessions that were.
 *
 * @throws SessionError, or UsageError where the settings cannot be read
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
      terminal.print(`Nothing to do: the store ${type} needs no cleaning up.`);
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

/** Which store it is, or why there is none that this process could reach. */
function placeOf({ type, sealed }: SessionConfig): { readonly type: string; readonly elsewhere: Elsewhere | null } {
  // Settings of the environment name a store; only code hands one in.
  const kept = type === 'cookie' ? sealed.revocations : type;
  const name = typeof kept === 'string' ? kept : 'none';
  if (type === null) {
    const why =
      'SESSION_TYPE is not set here. Give this command the settings of the application (--env-file). If its code makes the ' +
      'store, let its code clean up: call cleanupSessions() of SessionService from time to time.';
    return { type: name, elsewhere: { why, code: exitCodes.unusable } };
  }
  if (kept === null) {
    const why = 'Nothing to do: SESSION_TYPE is cookie, so the sessions are with those who have them.';
    return { type: name, elsewhere: { why, code: exitCodes.done } };
  }
  if (kept === 'memory') {
    const why =
      'Nothing to do: sessions in memory are in the process of the application, which removes by itself what has expired.';
    return { type: name, elsewhere: { why, code: exitCodes.done } };
  }
  return { type: name, elsewhere: null };
}

/** A store that does not answer says so by failing; what it says besides is for an application, which goes on all the same. */
class QuietLog implements StoreLog {
  private readonly errors: string[] = [];

  constructor(private readonly terminal: Terminal) {}

  warn(message: string): void {
    this.terminal.complain(message);
  }

  error(message: string): void {
    this.errors.push(message);
  }

  /** It has not failed for what it said. */
  tell(): void {
    for (const message of this.errors) this.terminal.complain(message);
  }
}
