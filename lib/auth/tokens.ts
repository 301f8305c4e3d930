/** The features, in order: those of this room, then the added ones. */
export const AUTH_FEATURES = Symbol('nestjs-session-auth features');
/** Inspects every session with a login. */
export const AUTH_WATCHER = Symbol('nestjs-session-auth watcher');
