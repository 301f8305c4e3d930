/** The features, in order: those of this room, and then those that are added. */
export const AUTH_FEATURES = Symbol('nestjs-session-auth features');
/** Inspects every session with a login. */
export const AUTH_WATCHER = Symbol('nestjs-session-auth watcher');
