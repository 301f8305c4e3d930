import type { INestApplicationContext, LoggerService, Type } from '@nestjs/common';
import type { NestFactory } from '@nestjs/core';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { isSessionError } from '../errors.js';
import { importPeer } from '../stores/import-peer.js';
import type { StoreLog } from '../stores/store-context.js';
import { addEnvironment } from './application-settings.js';
import type { ApplicationOptions } from './command-options.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** The application could not be started, for a reason of its own. */
export class ApplicationError extends Error {}

/**
 * Creates the application of `--app`, without a server: in preview mode no provider of it is created. What it prints goes to
 * where complaints go.
 *
 * @throws UsageError if there is no such module
 * @throws SessionError, ApplicationError if the application does not start
 */
export async function createApplication(
  { app, envFile }: ApplicationOptions,
  preview: boolean,
  terminal: Terminal,
): Promise<INestApplicationContext> {
  await addEnvironment(envFile, terminal);
  const [path, name] = partsOf(app);
  terminal.divert();
  const module = await moduleIn(path, name);
  const factory = await nestOf(path);
  const log = {
    warn: (message: string): void => {
      terminal.complain(message);
    },
    error: (message: string): void => {
      terminal.complain(message);
    },
  };
  return created(path, new ApplicationLog(log), (logger) =>
    factory.createApplicationContext(module, { preview, logger, abortOnError: false }),
  );
}

/**
 * Creates an application that has nothing but SessionModule, with the settings of the environment.
 *
 * @param log gets its messages.
 * @throws SessionPeerMissingError if Nest is not installed
 * @throws SessionError, ApplicationError if it does not start
 */
export async function createOwnApplication(log: StoreLog): Promise<INestApplicationContext> {
  const { NestFactory } = await importPeer('@nestjs/core', 'This command', () => import('@nestjs/core'));
  const { SessionModule } = await import('../index.js');
  const module = { module: CommandModule, imports: [SessionModule.forRoot()] };
  return created('this command', new ApplicationLog(log), (logger) =>
    NestFactory.createApplicationContext(module, { logger, abortOnError: false }),
  );
}

/** Holds nothing but what it imports. */
class CommandModule {
  readonly name = 'nestjs-session-auth';
}

async function created(
  name: string,
  logger: LoggerService,
  create: (logger: LoggerService) => Promise<INestApplicationContext>,
): Promise<INestApplicationContext> {
  try {
    return await create(logger);
  } catch (error) {
    if (isSessionError(error)) throw error;
    throw new ApplicationError(`The application of ${name} could not be created: ${reasonOf(error)}`);
  }
}

/** What `get` takes from SessionModule. @throws UsageError if the application does not import that */
export function ofSessionModule<Provided>(app: string, get: () => Provided): Provided {
  try {
    return get();
  } catch {
    throw new UsageError(`The application given with --app does not import SessionModule: ${app}`);
  }
}

/** What `get` takes from AccountsModule. @throws UsageError if the application does not import that */
export function ofAccountsModule<Provided>(app: string, get: () => Provided): Provided {
  try {
    return get();
  } catch {
    throw new UsageError(`The application given with --app does not import AccountsModule: ${app}`);
  }
}

/** By class or token, in all modules of an application. */
export const everywhere = { strict: false };

/** `dist/app.module.js#AppModule`: the file, and the name of its export. */
function partsOf(app: string): [path: string, name: string | null] {
  const [, path = app, name = null] = /^(.+)#([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.exec(app) ?? [];
  return [resolve(path), name];
}

async function moduleIn(path: string, name: string | null): Promise<Type> {
  try {
    await access(path);
  } catch {
    throw new UsageError(`The module given with --app does not exist: ${path}`);
  }
  const found = await exportsOf(path);
  if (name !== null) {
    const named = found.get(name);
    if (isClass(named)) return named;
    throw new UsageError(`${path} exports no class ${name}.`);
  }
  const usual = ['AppModule', 'default'].map((key) => found.get(key)).find(isClass);
  if (usual !== undefined) return usual;
  const modules = [...found].filter(([, value]) => isModule(value));
  const [only] = modules.map(([, value]) => value);
  if (modules.length === 1 && isClass(only)) return only;
  throw new UsageError(
    modules.length === 0
      ? `${path} exports no class with @Module().`
      : `${path} exports several modules: choose one with --app ${path}#${modules.map(([key]) => key).join(' or #')}.`,
  );
}

/** What a file exports, as an ES module or as CommonJS, whose exports Node may know only as one object. */
async function exportsOf(path: string): Promise<Map<string, unknown>> {
  let loaded: object;
  try {
    loaded = (await import(pathToFileURL(path).href)) as object;
  } catch (error) {
    if (isSessionError(error)) throw error;
    throw new ApplicationError(`The module ${path} could not be loaded: ${reasonOf(error)}`);
  }
  const whole: unknown = Reflect.get(loaded, 'default');
  const inDefault = typeof whole === 'object' && whole !== null ? Object.entries(whole) : [];
  return new Map<string, unknown>([...inDefault, ...Object.entries(loaded)]);
}

/** The application's own Nest: that beside this package may be another copy. */
async function nestOf(path: string): Promise<typeof NestFactory> {
  let file: string;
  try {
    file = createRequire(path).resolve('@nestjs/core');
  } catch {
    throw new UsageError(`The application given with --app has no @nestjs/core: ${path}`);
  }
  const nest = (await import(pathToFileURL(file).href)) as { readonly NestFactory: typeof NestFactory };
  return nest.NestFactory;
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && typeof value.prototype === 'object';
}

/** Whether it is a class with `@Module()`, by the metadata that this leaves. */
function isModule(value: unknown): value is Type {
  if (!isClass(value) || typeof Reflect.getOwnMetadataKeys !== 'function') return false;
  const keys: readonly unknown[] = Reflect.getOwnMetadataKeys(value);
  return ['imports', 'providers', 'controllers', 'exports'].some((key) => keys.includes(key));
}

/** Nest has logged nothing of it. */
function reasonOf(error: unknown): string {
  return types.isNativeError(error) ? (error.stack ?? error.message) : String(error);
}

/** Passes on what an operator has to see. The rest is for an application that serves requests. */
class ApplicationLog implements LoggerService {
  constructor(private readonly messages: StoreLog) {}

  log(): void {
    // Nothing that this command was asked for.
  }

  warn(message: unknown, ...more: unknown[]): void {
    // That it runs in preview mode, which is what was asked for.
    if (more.at(-1) !== 'NestApplicationContext') this.messages.warn(String(message));
  }

  error(message: unknown, ...more: unknown[]): void {
    // The reason why it does not start is thrown, too.
    if (more.at(-1) !== 'ExceptionHandler') this.messages.error(String(message));
  }
}
