import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A key for development. It is created once and kept in `file`, which only its owner can read, so that sessions survive a
 * restart. In production the key comes from `SECRET_KEY`.
 */
export function developmentSecret(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    // 'wx' fails if the file exists, so two shops that start at once end up with the same key.
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
