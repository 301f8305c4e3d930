/** How a cookie's name may be set. */
export interface CookieNameForm {
  /** Whether it gets the strongest prefix that the other settings allow. */
  readonly isAuto: boolean;
  /** The name, without that prefix; null: the default. */
  readonly base: string | null;
}

/** Reads `auto`, `auto:shop` and the name itself. No name of a cookie has a colon. */
export function cookieNameForm(name: string | null): CookieNameForm {
  const [isAuto, base] = /^auto(?::(.*))?$/is.exec(name ?? '') ?? [];
  return isAuto === undefined ? { isAuto: false, base: name } : { isAuto: true, base: base ?? null };
}
