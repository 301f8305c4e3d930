import type { CookieOptions } from './cookie.options.js';
import type { ResolvedCookie } from './resolved-cookie.js';

/** A cookie to check: what it is for, and what its settings are called. */
export interface CheckedCookie {
  readonly options: CookieOptions;
  readonly cookie: ResolvedCookie;
  /** As in "the session cookie". */
  readonly title: string;
  /** A setting by both of its names. */
  readonly settingOf: (name: keyof CookieOptions) => string;
}
