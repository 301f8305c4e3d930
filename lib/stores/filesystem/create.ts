import type { ResolvedOptions } from '../../config/option.js';
import { SessionConfigError } from '../../errors.js';
import type { StoreContext } from '../store-context.js';
import type { filesystemOptions } from './filesystem.options.js';
import { FilesystemStore } from './filesystem.store.js';

/**
 * Makes the store from the module's options, and says at once where its folder cannot be made.
 *
 * @throws SessionConfigError in production, for a folder that other users can write to
 */
export async function create(
  options: ResolvedOptions<typeof filesystemOptions>,
  context: StoreContext,
): Promise<FilesystemStore> {
  const store = new FilesystemStore(options, context);
  await store.prepare().catch((error: unknown) => {
    if (error instanceof SessionConfigError) throw error;
    context.log.error(
      `The session store (filesystem) is not ready. The application starts, and sessions cannot be stored until it is. ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return store;
}
