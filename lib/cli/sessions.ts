import type { INestApplicationContext } from '@nestjs/common';
import type { CommandAccess } from '../session-module-access.js';
import type { SessionConfig } from '../session-module.options.js';
import { openStore } from '../session-wiring.js';
import type { StoreLog } from '../stores/store-context.js';
import { COMMAND_ACCESS } from '../tokens.js';
import { addEnvironment, applicationSettings } from './application-settings.js';
import { createApplication, createOwnApplication, everywhere, ofSessionModule } from './application.js';
import type { ApplicationOptions, CommandOptions } from './command-options.js';
import type { Terminal } from './terminal.js';

/**
 * Where an application keeps its sessions. `browsers`: in cookies alone. `memory`: in its own process. `unset`: the settings do
 * not say, so its code may.
 */
export type Whereabouts = 'store' | 'browsers' | 'memory' | 'unset';

/** The store of an application, opened by this process. */
export interface OpenStore extends Pick<CommandAccess, 'config' | 'store'> {
  /** The type of the store, or the class of one that the application made. */
  readonly name: string;
  /** Logs what went wrong in the meantime, although the command succeeded. */
  tellErrors(): void;
  close(): Promise<void>;
}

/** The same, with the logins in it. */
export type OpenSessions = OpenStore & CommandAccess;

/** No store, or one that this process cannot reach. */
export interface Elsewhere {
  readonly where: Exclude<Whereabouts, 'store'>;
  readonly name: string;
}

/**
 * Opens the store that the settings name, if this process can reach it. Needs Nest only for an application.
 *
 * @param isThorough as for {@link applicationSettings}.
 * @throws SessionError, UsageError, ApplicationError if it cannot be opened
 */
export async function openStoreOf(
  options: CommandOptions,
  terminal: Terminal,
  isThorough = false,
): Promise<OpenStore | (Elsewhere & Pick<OpenStore, 'config'>)> {
  const { app } = options;
  if (app !== undefined) return openInApplication({ ...options, app }, terminal);
  const config = await applicationSettings(options.envFile, terminal, isThorough);
  const place = placeOf(config);
  if (place.where !== 'store') return { where: place.where, name: place.name, config };
  const log = new QuietLog(terminal);
  const store = await openStore(config, log);
  return {
    config,
    store,
    name: place.name,
    tellErrors: () => {
      log.tell();
    },
    close: async () => store.close?.(),
  };
}

/**
 * Opens the sessions of an application; without one, those that the settings name, by an application that has nothing else.
 *
 * @throws SessionError, UsageError, ApplicationError if they cannot be opened
 */
export async function openSessions(options: CommandOptions, terminal: Terminal): Promise<OpenSessions | Elsewhere> {
  const { app } = options;
  if (app !== undefined) return openInApplication({ ...options, app }, terminal);
  await addEnvironment(options.envFile, terminal);
  const place = placeOf(await applicationSettings(undefined, terminal));
  if (place.where !== 'store') return { where: place.where, name: place.name };
  const log = new QuietLog(terminal);
  return sessionsIn(await createOwnApplication(log), 'none', log);
}

async function openInApplication(
  options: ApplicationOptions,
  terminal: Terminal,
): Promise<OpenSessions | (Elsewhere & Pick<OpenStore, 'config'>)> {
  return sessionsIn(await createApplication(options, false, terminal), options.app);
}

async function sessionsIn(
  context: INestApplicationContext,
  app: string,
  log: QuietLog | null = null,
): Promise<OpenSessions | (Elsewhere & Pick<OpenStore, 'config'>)> {
  const access = ofSessionModule(app, () => context.get<CommandAccess>(COMMAND_ACCESS, everywhere));
  const { where, name } = placeOf(access.config);
  // Here the settings in code are known, too: without a type and a store, sessions are in memory.
  if (where !== 'store') {
    await context.close();
    return { where: where === 'unset' ? 'memory' : where, name, config: access.config };
  }
  return { ...access, name, tellErrors: () => log?.tell(), close: () => context.close() };
}

function placeOf({ type, store, sealed }: SessionConfig): { readonly where: Whereabouts; readonly name: string } {
  const kept = type === 'cookie' ? sealed.revocations : (store ?? type);
  if (kept === null) return type === null ? { where: 'unset', name: 'none' } : { where: 'browsers', name: 'cookie' };
  if (typeof kept !== 'string') return { where: 'store', name: kept.constructor.name };
  return { where: kept === 'memory' ? 'memory' : 'store', name: kept };
}

/** If the store does not answer, the command fails anyway; its log messages are meant for an application, which goes on. */
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
