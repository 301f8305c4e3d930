import { isBlank } from '../config/kinds/text.js';
import { secretWeakness } from '../cookie/secrets/secret-strength.js';
import { SessionConfigError, type ConfigProblem } from '../errors.js';
import type { ForeignSession, SessionSource, SourceCheck } from '../session/foreign-session.js';

/** What may be said about every way in from another framework. @publicApi */
export interface MigrationOptions {
  /**
   * What becomes of an old session that goes on here: `keep` leaves it and its cookie for a roll-back, `remove` removes both.
   * Default: `keep`.
   */
  readonly old?: 'keep' | 'remove' | undefined;
  /**
   * Makes the data of a session here out of those that it had there: renames keys, drops what nobody needs. What it throws fails
   * the request, and the old session is asked for again with the next one. Default: they stay as they are.
   */
  readonly convert?: ((data: SessionContent) => SessionContent | Promise<SessionContent>) | undefined;
  /** The path of the old cookie, where it is not `/`; `remove` needs it. Default: `/`. */
  readonly cookiePath?: string | undefined;
  /** The domain of the old cookie, where it has one; `remove` needs it. Default: none. */
  readonly cookieDomain?: string | undefined;
}

/** What a session holds, by its names. @publicApi */
export type SessionContent = Record<string, unknown>;

/** The session with the data that `convert` makes of its own. @throws what `convert` throws; TypeError if it gives no data. */
export async function converted(
  session: ForeignSession,
  convert: MigrationOptions['convert'],
): Promise<ForeignSession> {
  if (convert === undefined) return session;
  const data: unknown = await convert(session.data);
  if (typeof data !== 'object' || data === null) throw new TypeError('The option convert must return the data.');
  return { ...session, data: { ...data } };
}

/** The secrets of a former application, as it may have handed them in. */
interface FormerSecrets {
  readonly secretKey?: unknown;
  readonly fallbacks?: unknown;
}

const usable = 'expected a text or bytes, not empty';

/** What cannot be a secret, by the name of the option. */
export function faultsOfSecrets({ secretKey, fallbacks = [] }: FormerSecrets): ConfigProblem[] {
  const faults = isUsable(secretKey) ? [] : [{ setting: 'secretKey', problem: usable }];
  // As a list, a text would be as many secrets of one character each.
  if (!Array.isArray(fallbacks)) return [...faults, { setting: 'fallbacks', problem: 'expected a list of secrets' }];
  const unusable = fallbacks.findIndex((secret) => !isUsable(secret));
  if (unusable === -1) return faults;
  return [...faults, { setting: 'fallbacks', problem: `item ${String(unusable + 1)}: ${usable}` }];
}

/** What is told of secrets that are easily guessed: they are those of the former application, which has them as it has them. */
export function warningsOfSecrets({ secretKey, fallbacks = [] }: FormerSecrets): string[] {
  const all = [
    { name: 'secretKey', secret: secretKey },
    ...(Array.isArray(fallbacks) ? (fallbacks as unknown[]) : []).map((secret, index) => ({
      name: `fallbacks, item ${String(index + 1)},`,
      secret,
    })),
  ];
  return all.flatMap(({ name, secret }) => {
    const weakness = isUsable(secret) ? secretWeakness(secret) : null;
    return weakness === null ? [] : [`${name} ${weakness}: whoever guesses it makes an old session of any user.`];
  });
}

/** A source that cannot be used, and says why when the application starts. @throws SessionConfigError where it is used all the same */
export function unusableSource(
  source: Pick<SessionSource, 'framework' | 'cookieName' | 'old'>,
  problems: readonly ConfigProblem[],
): SessionSource {
  const refuse = (): never => {
    throw new SessionConfigError(problems);
  };
  const check = (): SourceCheck => ({ problems, warnings: [] });
  return { ...source, check, keyOf: refuse, read: () => Promise.resolve().then(refuse) };
}

function isUsable(secret: unknown): secret is string | Uint8Array {
  return (typeof secret === 'string' || secret instanceof Uint8Array) && !isBlank(secret);
}
