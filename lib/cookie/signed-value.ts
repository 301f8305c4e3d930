import { MINUTE } from '../config/time.js';
import { type KeyRing, signatureLength, type VerifiedBy } from './key-ring.js';

/**
 * A readable but tamper-proof value with its time of issue and optionally its end: `<id>.<issued>.<signature>` or
 * `<id>.<issued>.<ends>.<signature>`.
 */
export interface SignedValue {
  readonly id: string;
  /** When it was issued, in milliseconds; whole seconds. */
  readonly issuedAt: number;
  /** When it ends, in milliseconds; whole seconds. Null: it does not say. */
  readonly endsAt: number | null;
  readonly verifiedBy: VerifiedBy;
}

/** How far ahead another node's clock may be, in milliseconds. */
export const clockSkew = MINUTE;

/** 16 random bytes give 22 characters; the longest id that can be configured stays under 1024. */
const shortestId = 22;
const longestId = 1024;
/** Base 36 without leading zeros, so each time has one spelling. Eight digits last for 89 000 years. */
const form = /^([A-Za-z0-9_-]{22,1024})\.(0|[1-9a-z][0-9a-z]{0,7})(?:\.(0|[1-9a-z][0-9a-z]{0,7}))?$/;
const latest = 36 ** 8 - 1;
const shortest = shortestId + '.0.'.length + signatureLength;
const longest = longestId + '.zzzzzzzz.zzzzzzzz.'.length + signatureLength;

/**
 * Signs `id` for `purpose`. Times are in milliseconds: `issuedAt` is rounded down and `endsAt` up to whole seconds.
 *
 * @throws RangeError if the id is not a base64url string of 22 to 1024 characters, or if a time is before 1970: such a value
 *   could never be read back.
 */
export function signValue(
  keys: KeyRing,
  purpose: string,
  id: string,
  issuedAt: number,
  endsAt: number | null = null,
): string {
  const end = wholeEnd(endsAt);
  const text = `${id}.${Math.floor(issuedAt / 1000).toString(36)}${end === null ? '' : `.${(end / 1000).toString(36)}`}`;
  if (!form.test(text)) throw new RangeError('An id must be 22 to 1024 characters of base64url, issued after 1970.');
  return `${text}.${keys.sign(purpose, text)}`;
}

/**
 * An end as a value can represent it, in milliseconds: rounded up, so the exact one kept elsewhere decides. An end too far away
 * to represent is left out.
 */
export function wholeEnd(endsAt: number | null): number | null {
  if (endsAt === null) return null;
  const seconds = Math.ceil(endsAt / 1000);
  return seconds > latest ? null : seconds * 1000;
}

/**
 * Verifies what {@link signValue} returned; `null` for anything else, and if the time of issue is more than {@link clockSkew}
 * after `now`. The form is checked before anything is hashed. The caller checks each time whether it has ended.
 */
export function verifyValue(keys: KeyRing, purpose: string, value: string, now: number): SignedValue | null {
  if (value.length < shortest || value.length > longest) return null;
  const textEnd = value.length - signatureLength - 1;
  if (value[textEnd] !== '.') return null;
  const text = value.slice(0, textEnd);
  const match = form.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const issuedAt = timeOf(match[2]);
  if (issuedAt > now + clockSkew) return null;
  const verifiedBy = keys.verify(purpose, text, value.slice(textEnd + 1));
  if (verifiedBy === null) return null;
  return { id: match[1], issuedAt, endsAt: match[3] === undefined ? null : timeOf(match[3]), verifiedBy };
}

function timeOf(seconds: string): number {
  return Number.parseInt(seconds, 36) * 1000;
}
