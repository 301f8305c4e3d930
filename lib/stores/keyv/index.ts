export type { KeyvClient } from './keyv.client.js';
export { KeyvStore } from './keyv.store.js';
