import type { Option } from './option.js';

/** The environment key derived from a name in code: `cookie.sameSite` is `SESSION_COOKIE_SAME_SITE`. */
export function ownKey(path: string): string {
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('.', '_');
  return `SESSION_${words.toUpperCase()}`;
}

/** Every environment key of an option: the declared one, and the derived one; none if it can only be set in code. */
export function environmentKeys(path: string, { env }: Pick<Option<unknown, unknown>, 'env'>): readonly string[] {
  if (env === null) return [];
  return env === ownKey(path) ? [env] : [env, ownKey(path)];
}
