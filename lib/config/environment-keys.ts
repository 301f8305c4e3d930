import type { Option } from './option.js';

/** The environment key that a name in code makes: `cookie.sameSite` is `SESSION_COOKIE_SAME_SITE`. */
export function ownKey(path: string): string {
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('.', '_');
  return `SESSION_${words.toUpperCase()}`;
}

/** Every environment key that an option answers to: the one it is declared with, and its own; none for what only code can give. */
export function environmentKeys(path: string, { env }: Pick<Option<unknown, unknown>, 'env'>): readonly string[] {
  if (env === null) return [];
  return env === ownKey(path) ? [env] : [env, ownKey(path)];
}
