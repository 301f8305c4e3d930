import type { CookieData } from './cookie-options.js';

const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const valueForm = /^("?)[\x21\x23-\x2B\x2D-\x3A\x3C-\x5B\x5D-\x7E]*\1$/;
const domainForm = /^\.?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const pathForm = /^[\x20-\x3A\x3C-\x7E]*$/;

const sameSiteTexts: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [true, 'Strict'],
  ['lax', 'Lax'],
  ['strict', 'Strict'],
  ['none', 'None'],
]);
const priorityTexts: ReadonlyMap<unknown, string> = new Map([
  ['low', 'Low'],
  ['medium', 'Medium'],
  ['high', 'High'],
]);

/**
 * Builds a Set-Cookie header.
 *
 * @throws TypeError that names an invalid part: one that would end an attribute early, or start another.
 */
export function serializeCookie(
  name: string,
  value: string,
  data: Partial<CookieData>,
  encode: (value: string) => string = encodeURIComponent,
): string {
  check(nameForm.test(name), 'argument name');
  const encoded = encode(value);
  check(valueForm.test(encoded), 'argument value');
  const { domain, path, expires, httpOnly, secure, partitioned, priority, sameSite } = data;
  let line = `${name}=${encoded}`;
  if (domain) line += `; Domain=${checked(domain, domainForm, 'option domain')}`;
  if (path) line += `; Path=${checked(path, pathForm, 'option path')}`;
  if (expires) line += `; Expires=${dateText(expires)}`;
  if (httpOnly) line += '; HttpOnly';
  if (secure) line += '; Secure';
  if (partitioned) line += '; Partitioned';
  if (priority) line += `; Priority=${textFor(priority, priorityTexts, 'option priority')}`;
  if (sameSite) line += `; SameSite=${textFor(sameSite, sameSiteTexts, 'option sameSite')}`;
  return line;
}

function dateText(date: unknown): string {
  check(date instanceof Date && !Number.isNaN(date.getTime()), 'option expires');
  return date.toUTCString();
}

function textFor(value: unknown, texts: ReadonlyMap<unknown, string>, what: string): string {
  const text = texts.get(typeof value === 'string' ? value.toLowerCase() : value);
  check(text !== undefined, what);
  return text;
}

function checked(value: unknown, form: RegExp, what: string): string {
  check(typeof value === 'string' && form.test(value), what);
  return value;
}

function check(condition: boolean, what: string): asserts condition {
  if (!condition) throw new TypeError(`${what} is invalid`);
}
