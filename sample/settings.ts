import type { ConfigService } from '@nestjs/config';
import { join, resolve } from 'node:path';
import { developmentSecret } from './development-secret.js';

/** The style sheet, the script and the icon. The build copies them next to the code. */
export const assetFolder = join(import.meta.dirname, 'public');

/** The store if the environment names none: fast, durable, and it needs no server. */
const defaultType = 'lmdb';
/** Paths below the working directory. */
const databaseFile = resolve('.cache/sessions.mdb');
const sessionFolder = resolve('.cache/sessions');
const secretFile = resolve('.cache/sample-secret');

/**
 * What the sample sets instead of the package's defaults. The environment wins: if it has `SESSION_TYPE`, for example, the
 * package reads that itself.
 */
export function sessionDefaults(config: ConfigService): {
  type?: typeof defaultType;
  lmdb?: { path: string };
  filesystem?: { dir: string };
  secretKey?: string;
  freshFor?: string;
} {
  const isSet = (key: string): boolean => Boolean(config.get<string>(key));
  return {
    ...(isSet('SESSION_TYPE') ? {} : { type: defaultType }),
    ...(isSet('SESSION_LMDB_PATH') ? {} : { lmdb: { path: databaseFile } }),
    ...(isSet('SESSION_FILE_DIR') ? {} : { filesystem: { dir: sessionFolder } }),
    // After this time, sensitive pages ask for the password again.
    ...(isSet('SESSION_FRESH_FOR') ? {} : { freshFor: '15m' }),
    // In production the package requires a real key, and so does the sample.
    ...(isSet('SECRET_KEY') || config.get<string>('NODE_ENV') === 'production'
      ? {}
      : { secretKey: developmentSecret(secretFile) }),
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
