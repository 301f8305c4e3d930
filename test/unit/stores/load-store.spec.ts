import { describe, expect, it } from '@jest/globals';
import { SessionPeerMissingError } from '../../../lib/errors.js';
import { FilesystemStore } from '../../../lib/stores/filesystem/index.js';
import { importPeer } from '../../../lib/stores/import-peer.js';
import { stores, storeTypes } from '../../../lib/stores/index.js';
import { loadStore } from '../../../lib/stores/load-store.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { RedisStore } from '../../../lib/stores/redis/index.js';
import { CollectedLog } from '../../support/collected-log.js';

const context = { log: new CollectedLog() };

describe('loadStore', () => {
  it('makes the store that the type names', async () => {
    const memory = await loadStore('memory', { maxSessions: 5, maxNotes: 10 }, context);
    expect(memory).toBeInstanceOf(MemoryStore);
    const files = await loadStore('filesystem', { dir: '.sessions', mode: 0o600, threshold: 0 }, context);
    expect(files).toBeInstanceOf(FilesystemStore);
    const redis = await loadStore('redis', { url: 'redis://127.0.0.1:1', client: null }, context);
    expect(redis).toBeInstanceOf(RedisStore);
    for (const store of [memory, files, redis]) await store.close?.();
  });

  it('gives the store its options', async () => {
    const log = new CollectedLog();
    const store = await loadStore('memory', { maxSessions: 1, maxNotes: 10 }, { log });
    for (const key of ['a', 'b']) await store.write(key, Buffer.from('1'), 1_000, 'absent');
    expect(log.warnings).toHaveLength(1);
  });
});

describe('the list of stores', () => {
  it('has each store under its name in SESSION_TYPE', () => {
    expect([...storeTypes].sort()).toEqual([
      'dynamodb',
      'filesystem',
      'lmdb',
      'memcached',
      'memory',
      'mongodb',
      'null',
      'redis',
      'sql',
    ]);
  });

  it('declares each option of a store under an environment key of its own, or for code alone', () => {
    const keys = storeTypes.flatMap((type) =>
      Object.values<{ env: string | null }>(stores[type].options).map(({ env }) => env),
    );
    const named = keys.filter((env) => env !== null);
    expect(new Set(named).size).toBe(named.length);
    expect(named).toContain('SESSION_REDIS');
  });

  it('keeps the URL of Redis out of messages, and expects one in production', () => {
    const { url } = stores.redis.options;
    expect(url.secret).toBe(true);
    const fallback = url.default;
    if (typeof fallback !== 'function') throw new Error('the default does not depend on the environment');
    expect([fallback('production'), fallback('development')]).toEqual([null, 'redis://127.0.0.1:6379']);
  });
});

describe('importPeer', () => {
  it('hands the library over', async () => {
    await expect(importPeer('node:os', 'The test', () => import('node:os'))).resolves.toHaveProperty('hostname');
  });

  it('names the package, what it is for, and the command that installs it', async () => {
    const missing = notFound("Cannot find package 'ioredis' imported from /app/node_modules/nestjs-session-auth/x.js");
    const error: unknown = await importPeer('ioredis', 'The Redis store', () => Promise.reject(missing)).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SessionPeerMissingError);
    expect(error).toMatchObject({
      packageName: 'ioredis',
      cause: missing,
      message: 'The Redis store needs the package "ioredis", which is not installed: npm install ioredis',
    });
  });

  it('does not hide that a library is there and broken', async () => {
    const broken = notFound("Cannot find package 'denque' imported from /app/node_modules/ioredis/built/Redis.js");
    await expect(importPeer('ioredis', 'The Redis store', () => Promise.reject(broken))).rejects.toBe(broken);
  });
});

function notFound(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}
