export { FilesystemStore, type FilesystemStoreOptions } from './filesystem.store.js';
