const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const ordinal = new Intl.PluralRules('en', { type: 'ordinal' });

const ordinalEndings: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = { one: 'st', two: 'nd', few: 'rd' };

const units: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `1250` (cents) → `€12.50`. */
export function formatMoney(cents: number): string {
  return money.format(cents / 100);
}

/** `24 November 2026 at 20:31:05 UTC`; the server does not know the reader's time zone, so it names its own. */
export function formatTime(time: Date): string {
  return `${absolute.format(time)} UTC`;
}

/** `in 31 days`, `2 minutes ago`, `now`. */
export function formatDistance(time: Date, now: Date): string {
  const seconds = Math.round((time.getTime() - now.getTime()) / 1000);
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return relative.format(Math.round(seconds / size), unit);
}

/** `1` → `1st`, `12` → `12th`. */
export function formatOrdinal(count: number): string {
  return `${String(count)}${ordinalEndings[ordinal.select(count)] ?? 'th'}`;
}

/** `1 thing`, `2 things`. */
export function formatCount(count: number, thing: string): string {
  return `${String(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** `40` → `40 seconds`, `900` → `15 minutes`: rounded up, so that nobody returns too early. */
export function formatDuration(seconds: number): string {
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ['second', 1];
  return formatCount(Math.ceil(seconds / size), unit);
}

/** Readable JSON, with an array of numbers on one line. Strings are left alone: JSON has no raw line breaks in them. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\[\n([\d\s,]+)\]/g, (_, numbers: string) => {
    return `[${numbers.trim().split(/,\s+/).join(', ')}]`;
  });
}
