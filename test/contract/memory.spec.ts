import { MemoryStore } from '../../lib/stores/memory/index.js';
import { describeStore } from './describe-store.js';

describeStore('MemoryStore', { open: () => new MemoryStore(), isAlone: true, readsMany: true });
