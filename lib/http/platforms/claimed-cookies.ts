import { type ConfigProblem, SessionConfigError } from '../../errors.js';

/** A cookie of an application, as browsers identify it. */
export interface ClaimedCookie {
  readonly name: string;
  readonly path: string;
  /** What it is, for a message. */
  readonly what: string;
  /** The option that names it. */
  readonly setting: string;
  /** The settings that change its name or path. */
  readonly keys: string;
  /**
   * Whether it is certainly set, or the application has named it: false for a default name of a cookie that not every
   * application uses.
   */
  readonly isSure: boolean;
}

/** The cookies of the applications that share an Express instance, a server, or the like. */
const claimed = new WeakMap<object, Set<ClaimedCookie>>();

/**
 * Registers an application's cookies for everything that it may share with others. Two with the same name and path would
 * overwrite each other in every browser.
 *
 * @param warn called for such cookies that not every application uses, and that have default names.
 * @returns a function that releases them. @throws SessionConfigError if another application there certainly sets one of them
 */
export function claimCookies(
  shared: readonly unknown[],
  own: readonly ClaimedCookie[],
  warn: (message: string) => void,
): () => void {
  const places = new Set(shared.filter((place) => isObject(place)));
  const others = new Set([...places].flatMap((place) => [...(claimed.get(place) ?? [])]));
  const met = own.flatMap((cookie) => {
    const other = [...others].find(({ name, path }) => name === cookie.name && path === cookie.path);
    return other === undefined ? [] : { cookie, isSure: cookie.isSure || other.isSure || cookie.what !== other.what };
  });
  const problems = met.filter(({ isSure }) => isSure).map(({ cookie }) => problemWith(cookie));
  if (problems.length > 0) throw new SessionConfigError(problems);
  if (met.length > 0) warn(warningOf(met.map(({ cookie }) => cookie)));

  for (const place of places) {
    const cookies = claimed.get(place) ?? new Set();
    claimed.set(place, cookies);
    for (const cookie of own) cookies.add(cookie);
  }
  return () => {
    for (const place of places) for (const cookie of own) claimed.get(place)?.delete(cookie);
  };
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

function problemWith({ setting, what, name, path, keys }: ClaimedCookie): ConfigProblem {
  return {
    setting,
    problem: `another application on the same server instance has a cookie ${JSON.stringify(name)} for the path ${JSON.stringify(path)}, which is the name of the ${what} cookie here: give each a name or a path of its own (${keys})`,
  };
}

function warningOf(cookies: readonly ClaimedCookie[]): string {
  const named = cookies.map(({ what, name, keys }) => `the ${what} cookie ${JSON.stringify(name)} (${keys})`);
  return `Another application on the same server instance also has ${named.join(' and ')}. If both make use of it, one overwrites what the other has set: give each a name or a path of its own.`;
}
