import type { ResolvedOptions } from '../../config/option.js';
import type { StoreContext } from '../store-context.js';
import type { filesystemOptions } from './filesystem.options.js';
import { FilesystemStore } from './filesystem.store.js';

export { FilesystemStore, type FilesystemStoreOptions } from './filesystem.store.js';

/** Makes the store from the module's options. */
export function create(options: ResolvedOptions<typeof filesystemOptions>, context: StoreContext): FilesystemStore {
  return new FilesystemStore(options, context);
}
