import { readFile } from 'node:fs/promises';
import { isSessionError, type SessionErrorCode } from '../errors.js';
import { ApplicationError } from './application.js';
import { isAskedFor, isMisused, runProgram } from './program.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** What a retry does not help against. */
const unusable: ReadonlySet<SessionErrorCode> = new Set([
  'SESSION_CONFIG_INVALID',
  'SESSION_PEER_MISSING',
  'SESSION_USER_INVALID',
  'SESSION_ABILITY_MISSING',
]);

/** Runs a command. Prints what went wrong, and returns whether the cause was the arguments or the store. */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await runProgram(words, await ownVersion(), terminal);
  } catch (error) {
    if (isAskedFor(error)) return exitCodes.done;
    if (isMisused(error)) return exitCodes.unusable;
    if (error instanceof UsageError) {
      terminal.complain(`${error.message}\nRun nestjs-session-auth --help for usage.`);
      return exitCodes.unusable;
    }
    if (error instanceof ApplicationError) {
      terminal.complain(error.message);
      return exitCodes.failed;
    }
    if (!isSessionError(error)) throw error;
    terminal.complain(error.message);
    return unusable.has(error.code) ? exitCodes.unusable : exitCodes.failed;
  }
}

/** The version of this package. */
async function ownVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const version: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : null;
  return String(version);
}
