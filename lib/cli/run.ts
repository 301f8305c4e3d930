import { isSessionError } from '../errors.js';
import { cleanup } from './cleanup.js';
import { parseCommandLine, UsageError } from './command-line.js';
import { help } from './help.js';
import { newSecret } from './new-secret.js';
import { exitCodes, type ExitCode, type Terminal } from './terminal.js';
import { ownVersion } from './own-version.js';

/** Runs a command. Prints what went wrong, and returns whether the cause was the arguments or the store. */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const { command, environmentFile } = parseCommandLine(words);
    switch (command) {
      case 'help':
        terminal.print(help);
        return exitCodes.done;
      case 'version':
        terminal.print(await ownVersion());
        return exitCodes.done;
      case 'secret':
        terminal.print(newSecret());
        return exitCodes.done;
      case 'cleanup':
        return await cleanup(environmentFile, terminal);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.complain(`${error.message}\nRun nestjs-session-auth --help for usage.`);
      return exitCodes.unusable;
    }
    if (!isSessionError(error)) throw error;
    terminal.complain(error.message);
    const isSetting = error.code === 'SESSION_CONFIG_INVALID' || error.code === 'SESSION_PEER_MISSING';
    return isSetting ? exitCodes.unusable : exitCodes.failed;
  }
}
