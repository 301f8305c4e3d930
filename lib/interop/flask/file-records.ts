import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cachelibFileName, decodeCachelibFile, type CachelibHash } from './cachelib-file.js';
import type { FlaskRecords } from './records.js';

export interface FlaskFileRecordsOptions {
  /** `SESSION_FILE_DIR`, or the folder of the FileSystemCache in `SESSION_CACHELIB`. */
  readonly dir: string;
}

const hashes: readonly CachelibHash[] = ['sha256', 'md5'];

/**
 * The records that Flask-Session keeps in files (`SESSION_TYPE=filesystem`, or `cachelib` with a FileSystemCache). They are
 * pickles, which are rejected, unless the application has given the cache another serializer. cachelib's file count is not
 * updated; it counts again when it starts.
 *
 * @publicApi
 */
export function flaskFileRecords({ dir }: FlaskFileRecordsOptions): FlaskRecords {
  const pathsOf = (key: string): string[] => hashes.map((hash) => join(dir, cachelibFileName(key, hash)));
  return {
    // Our files have other names and another header.
    isApart: true,
    async get(key) {
      for (const path of pathsOf(key)) {
        const bytes = await readIfThere(path);
        if (bytes !== null) return decodeCachelibFile(bytes);
      }
      return null;
    },
    async delete(key) {
      await Promise.all(pathsOf(key).map((path) => rm(path, { force: true })));
    },
  };
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

function isAbsence(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
