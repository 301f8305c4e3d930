import { NullStore } from './null.store.js';

/** Makes the store from the module's options, of which it has none. */
export function create(): NullStore {
  return new NullStore();
}
