import { expect, it } from '@jest/globals';
import { SessionStoreFullError, SessionStoreUnavailableError } from '../../../lib/errors.js';
import { unavailable as ofFiles } from '../../../lib/stores/filesystem/filesystem.errors.js';
import { unavailableNow as ofLmdb } from '../../../lib/stores/lmdb/lmdb.errors.js';
import { unavailable as ofSql } from '../../../lib/stores/sql/sql.errors.js';

const failure = (code: string | number): Error => Object.assign(new Error('no room'), { code });
const place = { database: 'PostgreSQL at db (SESSION_SQL)', table: 'sessions', secrets: [] };

it.each([
  ['files', ofFiles(failure('ENOSPC'), '/s'), 'ENOSPC, no space is left'],
  ['files', ofFiles(failure('EDQUOT'), '/s'), 'EDQUOT, the disk quota is used up'],
  ['LMDB', ofLmdb(failure(28), '/s'), 'ENOSPC, no space is left'],
  ['PostgreSQL', ofSql(failure('53100'), place), 'PostgreSQL at db (SESSION_SQL) has no space for new data: no room'],
  ['MySQL', ofSql(failure('ER_RECORD_FILE_FULL'), place), 'has no space'],
  ['SQLite', ofSql(failure('SQLITE_FULL'), place), 'has no space'],
])('what has no room says so: %s', (_, error, message) => {
  expect(error).toBeInstanceOf(SessionStoreFullError);
  expect(error.message).toContain(message);
});

it.each([
  ['files', ofFiles(failure('EACCES'), '/s')],
  ['LMDB', ofLmdb(failure(13), '/s')],
  ['SQL', ofSql(failure('57P01'), place)],
])('whatever else is wrong is no lack of room: %s', (_, error) => {
  expect(error).toBeInstanceOf(SessionStoreUnavailableError);
  expect(error).not.toBeInstanceOf(SessionStoreFullError);
});
