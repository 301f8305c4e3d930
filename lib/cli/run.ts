import { readFile } from 'node:fs/promises';
import { isSessionError, type SessionErrorCode } from '../errors.js';
import { ApplicationError } from './application.js';
import { isAskedFor, isMisused, runProgram } from './program.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';
import type { Input } from './users/secret-line.js';

/** What a retry does not help against. */
const unusable: ReadonlySet<SessionErrorCode> = new Set([
  'SESSION_CONFIG_INVALID',
  'SESSION_PEER_MISSING',
  'SESSION_USER_INVALID',
  'SESSION_ABILITY_MISSING',
  'ACCOUNT_VALUE_INVALID',
  'PASSWORD_UNUSABLE',
]);

/**
 * Runs a command. Prints what went wrong, and returns whether the cause was the arguments or the store.
 *
 * @param input where passwords are read from
 */
export async function run(
  words: readonly string[],
  terminal: Terminal,
  input: Input = process.stdin,
): Promise<ExitCode> {
  try {
    return await runProgram(words, await ownVersion(), terminal, input);
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
