const warned = new Set<string>();
/** Where sessions are the subject there may be many. */
const most = 1000;

/**
 * Tells the developer, once in the life of the process, of something that works and should be otherwise.
 *
 * @param subject what it is about, where it is told once of each.
 */
export function warnOnce(code: string, message: string, subject = ''): void {
  const what = `${code} ${subject}`;
  if (warned.has(what) || warned.size >= most) return;
  warned.add(what);
  const name = code.replace(/(?<=[a-z])(?=[A-Z])|-/g, '_').toUpperCase();
  process.emitWarning(message, { type: 'SessionWarning', code: `SESSION_EXPRESS_${name}` });
}
