import type { ConfigProblem } from '../errors.js';
import type { FlashMessage } from './flash.js';

/** A live session of another framework, in this package's words. @publicApi */
export interface ForeignSession {
  /** What the application kept, in values that a session of this package can keep. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether its cookie outlives the browser. */
  readonly permanent: boolean;
  /** The messages that were not shown yet. */
  readonly flashes: readonly FlashMessage[];
  /** Who is logged in; null: nobody. */
  readonly userId: string | number | null;
  /**
   * From when on the other framework takes it no more, whatever happens, in ms since the epoch. Null: that is not known, since
   * it may be extended there.
   */
  readonly expiresAt: number | null;
  /** Removes it over there, where it can be removed: until then the other framework knows it, too. */
  remove(): Promise<void>;
}

/**
 * What a cookie led to: a session; nothing, or nothing that is valid (`null`); or something that the other framework seems to
 * have written and that cannot be read, with the reason, a sentence for the log that holds none of its content.
 *
 * @publicApi
 */
export type ForeignReading = { readonly session: ForeignSession } | { readonly refused: string } | null;

/** What of an application's settings a source may collide with. @publicApi */
export interface SourceSurroundings {
  /** What the keys of its store begin with; null: it has no store. */
  readonly keyPrefix: string | null;
}

/** What a source finds in its settings: what cannot work, and what works but should be known. @publicApi */
export interface SourceCheck {
  /** Each by the name of the source's own option, with what was expected and never the value of a secret. */
  readonly problems: readonly ConfigProblem[];
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

/** Reads the live sessions of another framework, so that they can go on here. @publicApi */
export interface SessionSource {
  /** What it is called in logs and events, such as `Flask`. */
  readonly framework: string;
  /** The name of the other framework's session cookie. It may be that of ours. */
  readonly cookieName: string;
  /**
   * Whether the other framework signs its cookies, and {@link keyOf} checks that. Where it does not, anybody can make one up: of several
   * in a request the first alone is looked up. Default: no.
   */
  readonly isSigned?: boolean | undefined;
  /** Where that cookie is, for the line that removes it. Default: `/`. */
  readonly cookiePath?: string | undefined;
  /** Default: none, the cookie of this host alone. */
  readonly cookieDomain?: string | undefined;
  /**
   * What becomes of an old session that goes on here: `keep` leaves it and its cookie for a roll-back, `remove` removes both.
   * Neither is ever adopted a second time.
   */
  readonly old: 'keep' | 'remove';
  /**
   * Looks at the source's own settings while the application starts, which reports what is wrong with them together with its own
   * settings, and does not start. Left out: there is nothing to say.
   */
  check?(ours: SourceSurroundings): SourceCheck;
  /**
   * Which session a cookie names over there, without a look at what is kept of it: a text that is the same whenever this cookie
   * comes, and that only its cookie gives; null: it is not genuine. It is as secret as the cookie, and only a hash of it is kept.
   *
   * @param cookie the value of the cookie, as the browser sent it: percent-encoded where the framework does that.
   * @param now in ms since the epoch.
   */
  keyOf(cookie: string, now: number): string | null;
  /**
   * What is kept of the session. Asked only for a cookie that {@link keyOf} takes for genuine.
   *
   * @throws what the reader of its records throws: nobody knows then whether there is a session.
   */
  read(cookie: string, now: number): Promise<ForeignReading>;
}

export function isSessionSource(value: unknown): value is SessionSource {
  if (typeof value !== 'object' || value === null) return false;
  const { framework, cookieName, old, keyOf, read } = value as Partial<Record<keyof SessionSource, unknown>>;
  if (typeof framework !== 'string' || typeof cookieName !== 'string') return false;
  if (typeof keyOf !== 'function' || typeof read !== 'function') return false;
  return old === 'keep' || old === 'remove';
}
