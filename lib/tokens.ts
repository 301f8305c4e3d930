/** The injection token of the store that is in use, within its time limit. {@link SessionStore} itself works, too. @publicApi */
export const SESSION_STORE = Symbol('SESSION_STORE');

/** The validated settings; for the package itself. */
export const SESSION_CONFIG = Symbol('SESSION_CONFIG');

/** Where environment keys are looked up; for the package itself. */
export const SESSION_SETTINGS = Symbol('SESSION_SETTINGS');

/**
 * What the command needs of an application, and what audits its handlers. The command may be another copy of the package, for
 * which these are the same.
 */
export const COMMAND_ACCESS = Symbol.for('nestjs-session-auth command access');
export const ACCOUNTS_COMMAND = Symbol.for('nestjs-session-auth accounts command');
export const ROUTE_AUDIT = Symbol.for('nestjs-session-auth route audit');
