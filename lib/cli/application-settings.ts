import { readFile } from 'node:fs/promises';
import { parseEnv, types } from 'node:util';
import { environmentOf, processValues } from '../config/environment.js';
import { keysNotRead, readConfig, type SessionConfig } from '../session-module.options.js';
import { UsageError } from './command-line.js';
import type { Terminal } from './terminal.js';

/**
 * The settings that the application has, as far as they are not in its code: of the process environment, over those of the file.
 *
 * @throws UsageError where the file cannot be read
 * @throws SessionConfigError that names every setting that is not usable
 */
export async function applicationSettings(file: string | null, terminal: Terminal): Promise<SessionConfig> {
  const fromFile = file === null ? {} : await environmentIn(file);
  const variables = { ...fromFile, ...terminal.environment };
  // What else could be warned of is the application's to say, each time that it starts.
  for (const warning of keysNotRead(variables)) terminal.complain(warning);
  return readConfig({}, processValues(variables), environmentOf(variables['NODE_ENV'])).options;
}

async function environmentIn(file: string): Promise<NodeJS.ProcessEnv> {
  try {
    return parseEnv(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message : String(error);
    throw new UsageError(`The file of --env-file cannot be read: ${reason}`);
  }
}
