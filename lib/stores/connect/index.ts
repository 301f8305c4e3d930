export type { ConnectCallback, ConnectClient } from './connect.client.js';
export { ConnectStore } from './connect.store.js';
