import type { ConfigProblem } from '../errors.js';
import type { FlashMessage } from './flash.js';

/** A live session of another framework, as a source reads it. @publicApi */
export interface ForeignSession {
  /** The application's data, in values that a session of this package can hold. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether its cookie outlives the browser. */
  readonly permanent: boolean;
  /** The messages that have not been shown yet. */
  readonly flashes: readonly FlashMessage[];
  /** Who is logged in; null: nobody. */
  readonly userId: string | number | null;
  /**
   * When the other framework stops accepting it in any case, in ms since the epoch. Null: unknown, since it may be extended
   * there.
   */
  readonly expiresAt: number | null;
  /** Removes the foreign session, if possible; otherwise the other framework continues to accept it. */
  remove(): Promise<void>;
}

/**
 * The result of reading a cookie: a session; `null` if there is none or it is not valid; or, for data that the other framework
 * seems to have written but that cannot be read, the reason, a sentence for the log without any of the content.
 *
 * @publicApi
 */
export type ForeignReading = { readonly session: ForeignSession } | { readonly refused: string } | null;

/** The application's settings with which a source may collide. @publicApi */
export interface SourceSurroundings {
  /** The prefix of its store's keys; null: it has no store. */
  readonly keyPrefix: string | null;
}

/** The result of a source's check of its settings: errors, and settings that work but deserve attention. @publicApi */
export interface SourceCheck {
  /** Each with the name of the source's own option, and what was expected; never the value of a secret. */
  readonly problems: readonly ConfigProblem[];
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

/** Reads the live sessions of another framework, so that they can be migrated. @publicApi */
export interface SessionSource {
  /** Its name in logs and events, such as `Flask`. */
  readonly framework: string;
  /** The name of the other framework's session cookie. It may be the same as ours. */
  readonly cookieName: string;
  /**
   * Whether the other framework signs its cookies, and {@link keyOf} verifies them. If not, anyone can forge one: of several in
   * a request, only the first is looked up. Default: no.
   */
  readonly isSigned?: boolean | undefined;
  /** The path of that cookie, for the header that removes it. Default: `/`. */
  readonly cookiePath?: string | undefined;
  /** Default: none, the cookie of this host only. */
  readonly cookieDomain?: string | undefined;
  /**
   * What happens to a foreign session after its migration: `keep` leaves it and its cookie for a roll-back, `remove` removes
   * both. Neither is ever migrated a second time.
   */
  readonly old: 'keep' | 'remove';
  /**
   * Checks the source's own settings when the application starts; problems are reported together with those of the application,
   * and stop the start. Omit it if there is nothing to check.
   */
  check?(ours: SourceSurroundings): SourceCheck;
  /**
   * Which session a cookie names, without reading the session: a string that is the same whenever this cookie arrives, and that
   * only its cookie yields; null: the cookie is not valid. It is as secret as the cookie, and only a hash of it is stored.
   *
   * @param cookie the value of the cookie, as the browser sent it: percent-encoded if the framework does that.
   * @param now in ms since the epoch.
   */
  keyOf(cookie: string, now: number): string | null;
  /**
   * Reads the session. Called only for a cookie that {@link keyOf} accepts.
   *
   * @throws any error of the record reader: it is then unknown whether there is a session.
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
