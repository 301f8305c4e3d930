import type { Option } from './option.js';

/** What environment keys begin with: those of the session module, and of the accounts module. */
export type KeyPrefix = 'SESSION' | 'SECURITY';

/** The environment key derived from a name in code: `cookie.sameSite` is `SESSION_COOKIE_SAME_SITE`. */
export function ownKey(path: string, prefix: KeyPrefix = 'SESSION'): string {
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('.', '_');
  return `${prefix}_${words.toUpperCase()}`;
}

/** Every environment key of an option: the declared one, and the derived one; none if it can only be set in code. */
export function environmentKeys(
  path: string,
  { env }: Pick<Option<unknown, unknown>, 'env'>,
  prefix: KeyPrefix = 'SESSION',
): readonly string[] {
  if (env === null) return [];
  return env === ownKey(path, prefix) ? [env] : [env, ownKey(path, prefix)];
}
