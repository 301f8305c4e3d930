/** A setting with both of its names, e.g. `SESSION_COOKIE_NAME (cookie.name)`; only the name in code if it has no other. */
export function settingName(env: string | null, path: string): string {
  return env === null ? path : `${env} (${path})`;
}
