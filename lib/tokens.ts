/** The injection token of the store that is in use, within its time limit. {@link SessionStore} itself works, too. @publicApi */
export const SESSION_STORE = Symbol('SESSION_STORE');

/** The validated settings; for the package itself. */
export const SESSION_CONFIG = Symbol('SESSION_CONFIG');

/** Where environment keys are looked up; for the package itself. */
export const SESSION_SETTINGS = Symbol('SESSION_SETTINGS');
