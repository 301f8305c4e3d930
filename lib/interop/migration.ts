import { isBlank } from '../config/kinds/text.js';
import { secretWeakness } from '../cookie/secrets/secret-strength.js';
import { SessionConfigError, type ConfigProblem } from '../errors.js';
import type { ForeignSession, SessionSource, SourceCheck } from '../session/foreign-session.js';

/** Options that all migrations from other frameworks share. @publicApi */
export interface MigrationOptions {
  /**
   * What happens to a foreign session after its migration: `keep` leaves it and its cookie for a roll-back, `remove` removes
   * both. Default: `keep`.
   */
  readonly old?: 'keep' | 'remove' | undefined;
  /**
   * Converts the foreign session's data: renames keys, drops what is no longer needed. If it throws, the request fails, and the
   * next one tries again. Default: the data is unchanged.
   */
  readonly convert?: ((data: SessionContent) => SessionContent | Promise<SessionContent>) | undefined;
  /** The path of the foreign cookie, if it is not `/`; needed for `remove`. Default: `/`. */
  readonly cookiePath?: string | undefined;
  /** The domain of the foreign cookie, if it has one; needed for `remove`. Default: none. */
  readonly cookieDomain?: string | undefined;
}

/** The data of a session, by key. @publicApi */
export type SessionContent = Record<string, unknown>;

/** The session with its data converted. @throws what `convert` throws; TypeError if it does not return data. */
export async function converted(
  session: ForeignSession,
  convert: MigrationOptions['convert'],
): Promise<ForeignSession> {
  if (convert === undefined) return session;
  const data: unknown = await convert(session.data);
  if (typeof data !== 'object' || data === null) throw new TypeError('The option convert must return the data.');
  return { ...session, data: { ...data } };
}

/** The secrets of the other application, as given. */
interface FormerSecrets {
  readonly secretKey?: unknown;
  readonly fallbacks?: unknown;
}

const usable = 'expected a non-empty string or bytes';

/** Problems with the secrets, by the name of the option. */
export function faultsOfSecrets({ secretKey, fallbacks = [] }: FormerSecrets): ConfigProblem[] {
  const faults = isUsable(secretKey) ? [] : [{ setting: 'secretKey', problem: usable }];
  // Iterated, a string would become secrets of one character each.
  if (!Array.isArray(fallbacks)) return [...faults, { setting: 'fallbacks', problem: 'expected an array of secrets' }];
  const unusable = fallbacks.findIndex((secret) => !isUsable(secret));
  if (unusable === -1) return faults;
  return [...faults, { setting: 'fallbacks', problem: `item ${String(unusable + 1)}: ${usable}` }];
}

/** Warnings about secrets that are easily guessed: warnings only, since the other application chose them. */
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
    return weakness === null
      ? []
      : [`${name} ${weakness}: anyone who guesses it can forge an old session of any user.`];
  });
}

/** A source that cannot be used and reports why at boot. @throws SessionConfigError if it is used anyway */
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
