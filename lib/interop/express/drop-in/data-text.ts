/** A session's content without its cookie, as JSON, to detect changes. */
export function dataText(session: object): string {
  return JSON.stringify({ ...session, cookie: undefined });
}

/** Parses JSON without keys that would become a prototype when copied; no legitimate data has them. */
export function parseSafely(text: string): unknown {
  // The name may contain escapes.
  return /__proto__|\\u/.test(text)
    ? JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
    : JSON.parse(text);
}
