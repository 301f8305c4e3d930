import { parseArgs } from 'node:util';

/** The arguments are invalid. The message may quote them, since no secret is passed as an argument. */
export class UsageError extends Error {}

export interface CommandLine {
  readonly command: 'cleanup' | 'secret' | 'help' | 'version';
  /** A file with settings, in addition to the process environment. */
  readonly environmentFile: string | null;
}

/** @throws UsageError */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const { values, positionals } = parsed(words);
  const environmentFile = values['env-file'] ?? null;
  if (values.help === true) return { command: 'help', environmentFile };
  if (values.version === true) return { command: 'version', environmentFile };
  const [command, ...more] = positionals;
  if (command === undefined) throw new UsageError('Give a command: cleanup or secret.');
  if (command !== 'cleanup' && command !== 'secret') throw new UsageError(`There is no command ${command}.`);
  if (more.length > 0) throw new UsageError(`${command} takes no arguments: ${more.join(' ')}`);
  if (command === 'secret' && environmentFile !== null) throw new UsageError('secret does not support --env-file.');
  return { command, environmentFile };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        'env-file': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    // Node's own message is clear.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
