import type { ConfigService } from '@nestjs/config';
import { join, resolve } from 'node:path';
import { developmentSecret } from './development-secret.js';

/** The style sheet and the icon; the build copies them beside the code. */
export const assetFolder = join(import.meta.dirname, 'public');

/** What the sample keeps when the environment names no place, below the folder that it is started in. */
const sessionFolder = resolve('.cache/sessions');
const secretFile = resolve('.cache/sample-secret');

/**
 * What the sample sets instead of the package's defaults. Each gives way to the environment: with `SESSION_TYPE=redis`,
 * say, the package reads that itself.
 */
export function sessionDefaults(config: ConfigService): {
  type?: 'filesystem';
  filesystem?: { dir: string };
  secretKey?: string;
  freshFor?: string;
} {
  const isSet = (key: string): boolean => Boolean(config.get<string>(key));
  return {
    ...(isSet('SESSION_TYPE') ? {} : { type: 'filesystem' }),
    ...(isSet('SESSION_FILE_DIR') ? {} : { filesystem: { dir: sessionFolder } }),
    // After that the pages that can do harm ask for the password again.
    ...(isSet('SESSION_FRESH_FOR') ? {} : { freshFor: '15m' }),
    // In production the package insists on a real key, and so does the sample.
    ...(isSet('SECRET_KEY') || config.get<string>('NODE_ENV') === 'production'
      ? {}
      : { secretKey: developmentSecret(secretFile) }),
  };
}

/** Where the sessions are, in words for a reader. */
export interface StoragePlace {
  readonly type: string;
  /** Never with a user name or a password. */
  readonly location: string;
}

export function storagePlace(config: ConfigService): StoragePlace {
  const type = config.get<string>('SESSION_TYPE') || 'filesystem';
  switch (type) {
    case 'filesystem':
      return { type, location: resolve(config.get<string>('SESSION_FILE_DIR') || sessionFolder) };
    case 'redis':
      return { type, location: withoutCredentials(config.get<string>('SESSION_REDIS') || 'redis://127.0.0.1:6379') };
    default:
      return { type, location: 'this process, gone when it ends' };
  }
}

function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return 'an address that cannot be shown';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}
