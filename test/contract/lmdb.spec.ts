import { LmdbStore } from '../../lib/stores/lmdb/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeStore } from './describe-store.js';

const folder = temporaryFolder('lmdb-contract');

describeStore('LmdbStore', {
  open: () => new LmdbStore({ path: folder.path }),
  stop: () => Promise.resolve(folder.remove()),
});
