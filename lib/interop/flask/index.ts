/** Sessions of Flask and Flask-Session: reads and writes their formats. */
export type { MigrationOptions, SessionContent } from '../migration.js';
export { cachelibFileName, decodeCachelibFile, encodeCachelibFile, type CachelibHash } from './cachelib-file.js';
export { flaskFileRecords, type FlaskFileRecordsOptions } from './file-records.js';
export {
  decodeFlaskCookie,
  encodeFlaskCookie,
  type DecodeFlaskCookieOptions,
  type EncodeFlaskCookieOptions,
} from './flask-cookie.js';
export { flaskSessionKey, signFlaskSessionId, type FlaskSessionCookieOptions } from './flask-session-id.js';
export {
  decodeFlaskSessionRecord,
  encodeFlaskSessionRecord,
  type EncodeFlaskSessionRecordOptions,
} from './flask-session-record.js';
export {
  flaskSource,
  type FlaskCookieSourceOptions,
  type FlaskReading,
  type FlaskRecordSourceOptions,
  type FlaskSession,
  type FlaskSource,
  type FlaskSourceOptions,
} from './flask-source.js';
export { fromFlask, type FromFlaskOptions } from './from-flask.js';
export { FlaskPickleError } from './pickle.js';
export { FlaskFloat, FlaskMarkup, FlaskTuple, FlaskUuid } from './python-values.js';
export type { FlaskRecords } from './records.js';
export { flaskRedisRecords, type FlaskRedisClient } from './redis-records.js';
export { flaskSqlRecords, type FlaskSessionRow, type FlaskSessionTable } from './sql-records.js';
export type { FlaskDigest, FlaskKeys } from './signer.js';
export type { FlaskData } from './storable-values.js';
