export { NullStore } from './null.store.js';
