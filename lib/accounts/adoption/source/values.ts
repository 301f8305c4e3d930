import type { ForeignValue } from './source-dialect.js';

/** Text; null: there is none, or it is empty. */
export function textIn(value: ForeignValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  const text = value.toString();
  return text === '' ? null : text;
}

/** Yes or no, as databases write it; null: it is neither. */
export function flagIn(value: ForeignValue | undefined): boolean | null {
  const text = textIn(Buffer.isBuffer(value) && value.length === 1 ? String(value[0]) : value)?.toLowerCase();
  if (text === undefined) return null;
  if (['1', 't', 'true', 'y', 'yes'].includes(text)) return true;
  return ['0', 'f', 'false', 'n', 'no'].includes(text) ? false : null;
}

/** A whole number that is not negative; otherwise 0. */
export function countIn(value: ForeignValue | undefined): number {
  const text = textIn(value);
  const number = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(number) ? number : 0;
}

const timeForm = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

/** A time: in UTC where it names no zone; a number is in seconds or, from 1973 on, in milliseconds. Null: it is none. */
export function timeIn(value: ForeignValue | undefined): Date | null {
  const text = textIn(value);
  if (text === null) return null;
  if (/^\d{1,15}(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    return new Date(Math.floor(number >= 1e11 ? number : number * 1_000));
  }
  const [, day, clock = '00:00', fraction = '0', zone = 'Z'] = timeForm.exec(text.trim()) ?? [];
  if (day === undefined) return null;
  const offset = zone.length === 3 ? `${zone}:00` : zone;
  const time = new Date(`${day}T${clock.length === 5 ? `${clock}:00` : clock}.${fraction.slice(0, 3)}${offset}`);
  return Number.isFinite(time.getTime()) ? time : null;
}

/** Text with one item after the other, separated by commas. */
export function listIn(value: ForeignValue | undefined): readonly string[] {
  return (textIn(value) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What JSON says; undefined: it is none. */
export function jsonIn(value: ForeignValue | undefined): unknown {
  try {
    return JSON.parse(textIn(value) ?? '');
  } catch {
    return undefined;
  }
}

/** What network address it is; null: none that can be kept. */
export function addressIn(value: ForeignValue | undefined): string | null {
  const text =
    textIn(value)
      ?.trim()
      .replace(/\/(?:32|128)$/, '') ?? '';
  return /^[0-9A-Fa-f.:%a-z]{2,64}$/.test(text) ? text : null;
}

/** An id as text: bytes in hexadecimal. */
export function idIn(value: ForeignValue | undefined): string {
  return Buffer.isBuffer(value) ? value.toString('hex') : (value ?? '');
}
