import { parseArgs } from 'node:util';

/** The words cannot be understood. Its message may hold them: nothing secret is given as a word. */
export class UsageError extends Error {}

export interface CommandLine {
  readonly command: 'cleanup' | 'secret' | 'help' | 'version';
  /** A file with settings, besides the process environment. */
  readonly environmentFile: string | null;
}

/** @throws UsageError */
export function parseCommandLine(words: readonly string[]): CommandLine {
  const { values, positionals } = parsed(words);
  const environmentFile = values['env-file'] ?? null;
  if (values.help === true) return { command: 'help', environmentFile };
  if (values.version === true) return { command: 'version', environmentFile };
  const [command, ...more] = positionals;
  if (command === undefined) throw new UsageError('What is to be done? cleanup, or secret.');
  if (command !== 'cleanup' && command !== 'secret') throw new UsageError(`There is no command ${command}.`);
  if (more.length > 0) throw new UsageError(`${command} takes no further word: ${more.join(' ')}`);
  if (command === 'secret' && environmentFile !== null) throw new UsageError('secret takes no --env-file.');
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
    // Node's own words for it are good ones.
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
