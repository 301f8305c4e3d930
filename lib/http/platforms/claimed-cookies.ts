import { SessionConfigError } from '../../errors.js';

/** The session cookies of the applications that share an instance of Express, or of another server. */
const claimed = new WeakMap<object, Set<string>>();

/**
 * Takes note that an application on `instance` has this cookie. Two of one name and path would overwrite each other in every
 * browser.
 *
 * @returns what gives it up again. @throws SessionConfigError where another application on the same instance has it
 */
export function claimCookie(
  instance: unknown,
  { name, path }: { readonly name: string; readonly path: string },
): () => void {
  if ((typeof instance !== 'object' && typeof instance !== 'function') || instance === null) return () => undefined;
  const cookies = claimed.get(instance) ?? new Set();
  claimed.set(instance, cookies);
  const cookie = JSON.stringify([name, path]);
  if (cookies.has(cookie)) {
    throw new SessionConfigError([
      {
        setting: 'cookie.name',
        problem: `another application on the same server instance has a session cookie ${JSON.stringify(name)} for the path ${JSON.stringify(path)}: give each a name (SESSION_COOKIE_NAME) or a path (SESSION_COOKIE_PATH) of its own`,
      },
    ]);
  }
  cookies.add(cookie);
  return () => void cookies.delete(cookie);
}
