/** What a session holds beside its cookie, as JSON: to see whether it has changed. */
export function dataText(session: object): string {
  return JSON.stringify({ ...session, cookie: undefined });
}

/** JSON without keys that would become a prototype wherever they are copied; nobody means one. */
export function parseSafely(text: string): unknown {
  // The name may be written with escapes.
  return /__proto__|\\u/.test(text)
    ? JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
    : JSON.parse(text);
}
