import type { ResolvedOptions } from '../config/option.js';
import { type StoreEntry, stores, type StoreTrees, type StoreType } from './index.js';
import type { SessionStore } from './session-store.js';
import type { StoreContext } from './store-context.js';

/**
 * Creates the store that SESSION_TYPE names. Only the code of that store and its client library are loaded.
 *
 * @throws SessionPeerMissingError if that library is not installed; it names the npm command
 */
export async function loadStore<Type extends StoreType>(
  type: Type,
  options: ResolvedOptions<StoreTrees[Type]>,
  context: StoreContext,
): Promise<SessionStore> {
  const entries: { readonly [T in StoreType]: StoreEntry<StoreTrees[T]> } = stores;
  const entry: StoreEntry<StoreTrees[Type]> = entries[type];
  const folder = await entry.load();
  return folder.create(options, context);
}
