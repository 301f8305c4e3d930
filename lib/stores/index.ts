import type { OptionTree, ResolvedOptions } from '../config/option.js';
import { dynamodbOptions } from './dynamodb/dynamodb.options.js';
import { filesystemOptions } from './filesystem/filesystem.options.js';
import { lmdbOptions } from './lmdb/lmdb.options.js';
import { memcachedOptions } from './memcached/memcached.options.js';
import { memoryOptions } from './memory/memory.options.js';
import { mongodbOptions } from './mongodb/mongodb.options.js';
import { nullOptions } from './null/null.options.js';
import { redisOptions } from './redis/redis.options.js';
import { sqlOptions } from './sql/sql.options.js';
import type { SessionStore } from './session-store.js';
import type { StoreContext } from './store-context.js';

/** What `create.ts` of a store's folder exports. */
export interface StoreFolder<Tree extends OptionTree> {
  create(options: ResolvedOptions<Tree>, context: StoreContext): SessionStore | Promise<SessionStore>;
}

/** A store that can be selected: its options, and how to load its code, which happens only if it is selected. */
export interface StoreEntry<Tree extends OptionTree> {
  readonly options: Tree;
  load(): Promise<StoreFolder<Tree>>;
}

/** Every store that can be selected, by its name in SESSION_TYPE. */
export const stores = {
  memory: entry(memoryOptions, () => import('./memory/create.js')),
  filesystem: entry(filesystemOptions, () => import('./filesystem/create.js')),
  lmdb: entry(lmdbOptions, () => import('./lmdb/create.js')),
  redis: entry(redisOptions, () => import('./redis/create.js')),
  sql: entry(sqlOptions, () => import('./sql/create.js')),
  mongodb: entry(mongodbOptions, () => import('./mongodb/create.js')),
  memcached: entry(memcachedOptions, () => import('./memcached/create.js')),
  dynamodb: entry(dynamodbOptions, () => import('./dynamodb/create.js')),
  null: entry(nullOptions, () => import('./null/create.js')),
};

function entry<Tree extends OptionTree>(options: Tree, load: () => Promise<StoreFolder<Tree>>): StoreEntry<Tree> {
  return { options, load };
}

/** A store's name in SESSION_TYPE. */
export type StoreType = keyof typeof stores;

/** The option declarations of each store. */
export type StoreTrees = { readonly [Type in StoreType]: (typeof stores)[Type]['options'] };

/** The stores that have options. */
export type StoreWithOptions = { [Type in StoreType]: keyof StoreTrees[Type] extends never ? never : Type }[StoreType];

export const storeTypes = Object.keys(stores).filter((type): type is StoreType => Object.hasOwn(stores, type));
