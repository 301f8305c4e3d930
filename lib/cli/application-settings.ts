import { readFile } from 'node:fs/promises';
import { parseEnv, types } from 'node:util';
import { environmentOf, processValues } from '../config/environment.js';
import { keysNotRead, readConfig, type SessionConfig } from '../session-module.options.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/**
 * The application's settings, except for those in its code: the process environment takes precedence over the file.
 *
 * @param isThorough whether to complain of everything that the application warns of. It does so itself whenever it starts, so
 *   without it only a setting that is not read is worth a line.
 * @throws UsageError if the file cannot be read
 * @throws SessionConfigError that names every invalid setting
 */
export async function applicationSettings(
  file: string | undefined,
  terminal: Terminal,
  isThorough = false,
): Promise<SessionConfig> {
  const variables = { ...(await environmentIn(file)), ...terminal.environment };
  for (const warning of keysNotRead(variables)) terminal.complain(warning);
  const environment = environmentOf(variables['NODE_ENV']);
  const { options, warnings } = readConfig({}, processValues(variables), environment);
  if (isThorough) for (const warning of warnings) terminal.complain(warning);
  return options;
}

/** Adds the variables in a file to the environment of this process, for an application to read. @throws UsageError if it cannot be read */
export async function addEnvironment(file: string | undefined, terminal: Terminal): Promise<void> {
  for (const [key, value] of Object.entries(await environmentIn(file))) terminal.environment[key] ??= value;
}

/** The variables in a file; none without one. @throws UsageError if it cannot be read */
async function environmentIn(file: string | undefined): Promise<NodeJS.ProcessEnv> {
  if (file === undefined) return {};
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message : String(error);
    throw new UsageError(`The file given with --env-file cannot be read: ${reason}`);
  }
}
