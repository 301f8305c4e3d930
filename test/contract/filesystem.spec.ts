import { FilesystemStore } from '../../lib/stores/filesystem/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeStore } from './describe-store.js';

const folder = temporaryFolder('filesystem-contract');

describeStore('FilesystemStore', {
  open: () => new FilesystemStore({ dir: folder.path }),
  stop: () => Promise.resolve(folder.remove()),
});
