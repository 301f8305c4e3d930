import { join } from 'node:path';
import { create } from '../../lib/stores/sql/create.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { describeStore } from './describe-store.js';
import { sqlSettings } from './sql-settings.js';

const folder = temporaryFolder('sql-sqlite');

describeStore('SqlStore on SQLite', {
  readsMany: true,
  open: () => create(sqlSettings(`sqlite:${join(folder.path, 'sessions.db')}`)),
  stop: () => Promise.resolve(folder.remove()),
});
