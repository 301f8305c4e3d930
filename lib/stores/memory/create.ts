import type { ResolvedOptions } from '../../config/option.js';
import type { StoreContext } from '../store-context.js';
import type { memoryOptions } from './memory.options.js';
import { MemoryStore } from './memory.store.js';

/** Makes the store from the module's options. */
export function create(options: ResolvedOptions<typeof memoryOptions>, context: StoreContext): MemoryStore {
  return new MemoryStore(options, context);
}
