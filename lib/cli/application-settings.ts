import { readFile } from 'node:fs/promises';
import { parseEnv, types } from 'node:util';
import { environmentOf, processValues } from '../config/environment.js';
import { keysNotRead, readConfig, type SessionConfig } from '../session-module.options.js';
import { UsageError } from './command-line.js';
import type { Terminal } from './terminal.js';

/**
 * The application's settings, except for those in its code: the process environment takes precedence over the file.
 *
 * @throws UsageError if the file cannot be read
 * @throws SessionConfigError that names every invalid setting
 */
export async function applicationSettings(file: string | null, terminal: Terminal): Promise<SessionConfig> {
  const fromFile = file === null ? {} : await environmentIn(file);
  const variables = { ...fromFile, ...terminal.environment };
  // Other warnings are logged by the application whenever it starts.
  for (const warning of keysNotRead(variables)) terminal.complain(warning);
  return readConfig({}, processValues(variables), environmentOf(variables['NODE_ENV'])).options;
}

async function environmentIn(file: string): Promise<NodeJS.ProcessEnv> {
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message : String(error);
    throw new UsageError(`The file given with --env-file cannot be read: ${reason}`);
  }
}
