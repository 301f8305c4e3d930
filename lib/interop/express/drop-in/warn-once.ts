const warned = new Set<string>();
/** There may be many session subjects. */
const most = 1000;

/**
 * Warns the developer, once per process, about something that works but should be changed.
 *
 * @param subject what it is about, if it is reported once for each.
 */
export function warnOnce(code: string, message: string, subject = ''): void {
  const what = `${code} ${subject}`;
  if (warned.has(what) || warned.size >= most) return;
  warned.add(what);
  const name = code.replace(/(?<=[a-z])(?=[A-Z])|-/g, '_').toUpperCase();
  process.emitWarning(message, { type: 'SessionWarning', code: `SESSION_EXPRESS_${name}` });
}
