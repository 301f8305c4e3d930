import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError, SessionPeerMissingError } from '../../errors.js';
import type { StoreContext } from '../store-context.js';
import type { lmdbOptions } from './lmdb.options.js';
import { LmdbStore } from './lmdb.store.js';

/**
 * Makes the store from the module's options, and says at once where its database cannot be opened.
 *
 * @throws SessionPeerMissingError where the package `lmdb` is not installed
 * @throws SessionConfigError in production, for a folder that other users can write to
 */
export async function create(options: ResolvedOptions<typeof lmdbOptions>, context: StoreContext): Promise<LmdbStore> {
  const store = new LmdbStore(options, context);
  await store.prepare().catch((error: unknown) => {
    if (error instanceof SessionPeerMissingError || error instanceof SessionConfigError) throw error;
    context.log.error(
      'The session store (lmdb) is not ready. The application starts, and requests that need a session fail until it is. ' +
        (error instanceof Error ? error.message : String(error)),
    );
  });
  return store;
}
