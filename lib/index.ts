export { SessionModule } from './session.module.js';
export type { SessionOptionsFactory } from './session.module-definition.js';
export type { SessionModuleOptions } from './session-module.options.js';
export { SESSION_STORE } from './tokens.js';

export { Session, type SessionParameter } from './http/session.decorator.js';
export { SessionService } from './http/session.service.js';
export type { SessionCounts } from './http/session-counters.js';
export { sessionMiddleware, type SessionMiddleware } from './http/session.middleware.js';
export type { ExpressSession, ExpressSessionCookie } from './http/express-session.js';

export { SessionObject } from './session/session.js';
export type { SessionData } from './session/session-data.js';
export type { FlashMessage } from './session/flash.js';
export type { SessionEventName, SessionObserver } from './session/observer.js';
export type { Serializer } from './session/serializer/serializer.js';

export { AuthService } from './auth/auth.service.js';
export { SessionAuthGuard } from './auth/session-auth.guard.js';
export { CurrentUser } from './auth/current-user.decorator.js';
export type { SessionUser, UserId, UserLoader } from './auth/user.js';
export { LoginRedirectException } from './auth/redirect/login-redirect.js';
export { safeNext } from './auth/redirect/safe-next.js';

export {
  isListable,
  isOwned,
  isPrunable,
  SessionStore,
  type DeleteResult,
  type Listable,
  type Owned,
  type Prunable,
  type StoredRecord,
  type Version,
  type WriteResult,
} from './stores/session-store.js';

export {
  isSessionError,
  SessionConfigError,
  SessionContendedError,
  SessionError,
  SessionGoneError,
  SessionHeadersSentError,
  SessionKeyReservedError,
  SessionPeerMissingError,
  SessionReadonlyError,
  SessionStoreUnavailableError,
  SessionTooLargeError,
  SessionUnreachableError,
  SessionUserError,
  SessionValueError,
  type ConfigProblem,
  type SessionErrorCode,
} from './errors.js';
