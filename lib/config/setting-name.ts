/** A setting by both of its names, e.g. `SESSION_COOKIE_NAME (cookie.name)`; the name in code alone where it has no other. */
export function settingName(env: string | null, path: string): string {
  return env === null ? path : `${env} (${path})`;
}
