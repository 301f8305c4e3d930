export { SessionModule } from './session.module.js';
export type { SessionOptionsFactory } from './session.module-definition.js';
export type { SessionModuleOptions } from './session-module-options.js';
export { SESSION_STORE } from './tokens.js';
/** The class by which the store in use is injected. */
export { SessionStore } from './stores/session-store.js';

export { Session, type SessionParameter } from './http/session.decorator.js';
export { Passive } from './http/passive.decorator.js';
export { SessionListener } from './http/session-listener.decorator.js';
export type { OpenSession } from './http/open-session.js';
export type { SessionClient } from './http/session.service.js';
export { SessionService, type SessionStatus } from './http/session.service.js';
export type { SessionCounts } from './http/session-event-hub.js';
export { sessionMiddleware, type SessionMiddleware } from './http/session.middleware.js';
export type { ExpressSession, ExpressSessionCookie } from './http/express-session.js';

export { SessionObject } from './session/session.js';
export type { SessionData } from './session/session-data.js';
export type { FormerPlace } from './cookie/cookie-place.js';
export type { FlashMessage } from './session/flash.js';
export type { SessionEventName, SessionEventOf, SessionObserver } from './session/observer.js';
export type { Serializer } from './session/serializer/serializer.js';

export { AuthService } from './auth/auth.service.js';
export type { ConfirmOptions, LoginOptions } from './auth/login.js';
export type { LoginTimeouts, NamesOf, SessionLimit } from './auth/auth.options.js';
export { SessionAuthGuard } from './auth/access/session-auth.guard.js';
export { LoginGuard } from './auth/audit/login-guard.decorator.js';
export { AccessService } from './auth/access/access.service.js';
export { Can, Policy, Resource, type CanOptions } from './auth/access/policy.decorators.js';
export type { RoleGrants, RoleMap } from './auth/access/role-grants.js';
export { Fresh, Permissions, Public, Roles, type FreshOptions } from './auth/access/access.decorators.js';
export type { Freshness } from './auth/access/freshness.js';
export type { DeviceSession } from './auth/devices/device-session.js';
export { CurrentUser } from './auth/users/current-user.decorator.js';
export { RequestLoader, UserLoader } from './auth/users/loader.decorators.js';
export type { SessionUser, UserId } from './auth/users/user.js';
export { CsrfExempt } from './auth/csrf/csrf-exempt.decorator.js';
export { CsrfGuard } from './auth/csrf/csrf.guard.js';
export { CsrfRefusedException, type CsrfRefusal } from './auth/csrf/csrf-refused.exception.js';
export { CsrfService } from './auth/csrf/csrf.service.js';
export { LoginAttempts } from './auth/limiter/login-attempts.decorator.js';
export { LoginLimiter } from './auth/limiter/login-limiter.js';
export { TooManyAttemptsException } from './auth/limiter/too-many-attempts.exception.js';
export { LoginRedirectException } from './auth/redirect/login-redirect.js';
export { loginUrlFor, type LoginUrlOptions } from './auth/redirect/login-url.js';
export { safeNext, type SafeNextOptions } from './auth/redirect/safe-next.js';

export {
  isSessionError,
  SessionAbilityMissingError,
  SessionConfigError,
  SessionContendedError,
  SessionError,
  SessionGoneError,
  SessionHeadersSentError,
  SessionLoginRefusedError,
  SessionKeyReservedError,
  SessionNeedsHttpError,
  SessionPeerMissingError,
  SessionReadonlyError,
  SessionStoreFullError,
  SessionStoreUnavailableError,
  SessionTooLargeError,
  SessionUnreachableError,
  SessionUserError,
  SessionValueError,
  type ConfigProblem,
  type LoginRefusal,
  type LoginRefusals,
  type SessionErrorCode,
  type SessionErrorCodes,
} from './errors.js';

// Until 1.0, the former place of what authors of stores, limiter storages and migration sources need.
export {
  LimiterStorage,
  StoreLimiterStorage,
  ThrottlerLimiterStorage,
  type Budget,
  type CoarserCount,
  type Receipt,
  type StoreLimiterStorageOptions,
  type Take,
  type TakesBack,
  type ThrottlerStorageLike,
} from './limiter.js';
export type { ForeignReading, ForeignSession, SessionSource, SourceCheck, SourceSurroundings } from './migration.js';
export {
  isListable,
  isOwned,
  isPrunable,
  RememberStore,
  type DeleteResult,
  type Listable,
  type Owned,
  type PreviousToken,
  type Prunable,
  type RememberRow,
  type StepDone,
  type StoredRecord,
  type StoredRememberRow,
  type Version,
  type WriteResult,
} from './store.js';
