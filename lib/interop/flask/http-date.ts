/** HTTP dates (RFC 9110, IMF-fixdate), as Flask's cookie stores a `datetime`: whole seconds, in UTC. */
const form = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function formatHttpDate(date: Date): string {
  return date.toUTCString();
}

/** `null` for anything that {@link formatHttpDate} would not write. */
export function parseHttpDate(text: string): Date | null {
  const [, day, month = '', year, hours, minutes, seconds] = form.exec(text) ?? [];
  const time = [hours, minutes, seconds].map(Number) as [number, number, number];
  const date = new Date(Date.UTC(Number(year), months.indexOf(month), Number(day), ...time));
  return formatHttpDate(date) === text ? date : null;
}
