/** For authors of stores, of sessions or of remember-me tokens: what a store implements, and what it answers and throws. */
export {
  isBulkReadable,
  isListable,
  isOwned,
  isPrunable,
  SessionStore,
  type AnnouncementListener,
  type Announcements,
  type Announcing,
  type BulkReadable,
  type DeleteResult,
  type Listable,
  type Listening,
  type Owned,
  type Prunable,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from './stores/session-store.js';
export { SessionStoreFullError, SessionStoreUnavailableError } from './errors.js';
export {
  RememberStore,
  type PreviousToken,
  type RememberRow,
  type StoredRememberRow,
} from './auth/remember/remember-store.js';
