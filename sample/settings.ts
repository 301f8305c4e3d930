import type { ConfigService } from '@nestjs/config';
import Database from 'libsql';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import {
  KyselyAccountRepository,
  KyselyAuditLog,
  smtpMailer,
  type AccountsModuleOptions,
  type Mailer,
} from 'nestjs-session-auth/accounts';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { developmentSecret } from './development-secret.js';

/** The style sheet, the script and the icon. The build copies them next to the code. */
export const assetFolder = join(import.meta.dirname, 'public');

/** The store if the environment names none: fast, durable, and it needs no server. */
const defaultType = 'lmdb';
/** Below the working directory. */
const databaseFile = '.cache/sessions.mdb';
const accountsFile = '.cache/accounts.db';
const sessionFolder = '.cache/sessions';
const secretFile = '.cache/sample-secret';

/** What the sample sets instead of the package's defaults. The environment goes before it. */
export function sessionDefaults(config: ConfigService): NonNullable<SessionModuleOptions['defaults']> {
  return {
    type: defaultType,
    lmdb: { path: resolve(databaseFile) },
    filesystem: { dir: resolve(sessionFolder) },
    // After this time, sensitive pages ask for the password again.
    freshFor: '15m',
    // In production the package requires a real key, and so does the sample.
    ...(isProduction(config) ? {} : { secretKey: developmentSecret(resolve(secretFile)) }),
  };
}

export function isProduction(config: ConfigService): boolean {
  return config.get<string>('NODE_ENV') === 'production';
}

/** Where accounts and what happens to them are kept, and how mails are sent. @param box keeps mails in development */
export function accountDefaults(
  config: ConfigService,
  box: Mailer,
): Pick<AccountsModuleOptions, 'repository' | 'mailer' | 'audit'> {
  const file = resolve(accountsFile);
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file);
  return {
    // The shop is small, and so is its database: a file, whose tables are created in production as well.
    repository: new KyselyAccountRepository(database, { createTables: true }),
    audit: { log: new KyselyAuditLog(database, { createTable: true }) },
    mailer: isProduction(config) ? smtpMailer(config.get<string>('SMTP_URL') ?? 'smtp://127.0.0.1:25') : box,
  };
}

/** Where the sessions are, for display. */
export interface StoragePlace {
  readonly type: string;
  /** Without user name and password. */
  readonly location: string;
}

export function storagePlace(config: ConfigService): StoragePlace {
  const type = config.get<string>('SESSION_TYPE') || defaultType;
  return { type, location: locationOf(type, (key) => config.get<string>(key) ?? '') };
}

function locationOf(type: string, setting: (key: string) => string): string {
  switch (type) {
    case 'lmdb':
      return resolve(setting('SESSION_LMDB_PATH') || databaseFile);
    case 'filesystem':
      return resolve(setting('SESSION_FILE_DIR') || sessionFolder);
    case 'redis':
      return withoutCredentials(setting('SESSION_REDIS') || 'redis://127.0.0.1:6379');
    case 'sql':
      return withoutCredentials(setting('SESSION_SQL'));
    case 'mongodb':
      return withoutCredentials(setting('SESSION_MONGODB'));
    case 'memcached':
      return setting('SESSION_MEMCACHED') || '127.0.0.1:11211';
    case 'dynamodb':
      return `the table ${setting('SESSION_DYNAMODB_TABLE') || 'sessions'}`;
    case 'cookie':
      return 'the cookie itself, encrypted';
    default:
      return 'the memory of the shop, until it stops';
  }
}

function withoutCredentials(address: string): string {
  try {
    const { protocol, host, pathname } = new URL(address);
    return host === '' ? `${protocol}${pathname}` : `${protocol}//${host}${pathname}`;
  } catch {
    return 'unknown address';
  }
}
