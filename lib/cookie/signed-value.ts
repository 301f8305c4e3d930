import { type KeyRing, signatureLength, type VerifiedBy } from './key-ring.js';

/** A value that travels in the clear, with the time of its issue, and cannot be changed: `<id>.<issued>.<signature>`. */
export interface SignedValue {
  readonly id: string;
  /** When it was issued, in milliseconds; whole seconds. */
  readonly issuedAt: number;
  readonly verifiedBy: VerifiedBy;
}

/** How far ahead the clock of another node may be, in milliseconds. */
export const clockSkew = 60_000;

/** 16 random bytes give 22 characters; the longest id that can be configured stays under 1024. */
const shortestId = 22;
const longestId = 1024;
/** Base 36 without leading zeros, so that a time has one spelling. Eight digits last for 89 000 years. */
const form = /^([A-Za-z0-9_-]{22,1024})\.(0|[1-9a-z][0-9a-z]{0,7})$/;
const shortest = shortestId + '.0.'.length + signatureLength;
const longest = longestId + '.zzzzzzzz.'.length + signatureLength;

/**
 * Signs `id` for `purpose`. `issuedAt` is in milliseconds and is cut to the second.
 *
 * @throws RangeError if the id is no base64url text of 22 to 1024 characters, or the time is before 1970: a value that
 *   could never be read back.
 */
export function signValue(keys: KeyRing, purpose: string, id: string, issuedAt: number): string {
  const text = `${id}.${Math.floor(issuedAt / 1000).toString(36)}`;
  if (!form.test(text)) throw new RangeError('An id must be 22 to 1024 characters of base64url, issued after 1970.');
  return `${text}.${keys.sign(purpose, text)}`;
}

/**
 * What {@link signValue} made, if `value` is exactly that; `null` for everything else, and for what claims to be issued more
 * than {@link clockSkew} after `now`. The form is checked before anything is hashed.
 */
export function verifyValue(keys: KeyRing, purpose: string, value: string, now: number): SignedValue | null {
  if (value.length < shortest || value.length > longest) return null;
  const textEnd = value.length - signatureLength - 1;
  if (value[textEnd] !== '.') return null;
  const text = value.slice(0, textEnd);
  const match = form.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const issuedAt = Number.parseInt(match[2], 36) * 1000;
  if (issuedAt > now + clockSkew) return null;
  const verifiedBy = keys.verify(purpose, text, value.slice(textEnd + 1));
  return verifiedBy === null ? null : { id: match[1], issuedAt, verifiedBy };
}
