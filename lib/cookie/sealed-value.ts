import { type KeyRing, type VerifiedBy } from './key-ring.js';
import { sealingOverhead } from './sealing-key.js';
import { clockSkew } from './signed-value.js';

/** A value that travels with the time of its issue, and can be neither read nor changed on the way. */
export interface SealedValue {
  readonly content: Uint8Array;
  /** When it was issued, in milliseconds. */
  readonly issuedAt: number;
  readonly openedBy: VerifiedBy;
}

/** The first character of a value, which its seal covers as well. */
const version = '1';
const timeBytes = 6;
const overhead = sealingOverhead + timeBytes;
const latestTime = 2 ** (8 * timeBytes) - 1;

/** How many bytes of content fit into a value of so many characters; below 0: not even none. */
export function contentWithin(characters: number): number {
  return Math.floor(((characters - version.length) * 3) / 4) - overhead;
}

/**
 * Seals `content` for one purpose and one bearer of it, a cookie's name: a version, and in base64url
 *
 * ```text
 * nonce (24) | encrypted: issued, ms since the epoch (6), content | tag (16)
 * ```
 *
 * @throws RangeError for a time before 1970: a value that could never be read back.
 */
export function sealValue(
  keys: KeyRing,
  purpose: string,
  bearer: string,
  content: Uint8Array,
  issuedAt: number,
): string {
  const time = Math.floor(issuedAt);
  if (!(time >= 0 && time <= latestTime)) throw new RangeError('A value must be issued after 1970.');
  const text = Buffer.allocUnsafe(timeBytes + content.length);
  text.writeUIntBE(time, 0, timeBytes);
  text.set(content, timeBytes);
  return version + keys.seal(purpose, text, contextOf(bearer)).toString('base64url');
}

/**
 * What {@link sealValue} made for the same purpose and bearer, if `value` is exactly that; `null` for everything else, and for
 * what claims to be issued more than {@link clockSkew} after `now`. It never throws.
 */
export function openValue(
  keys: KeyRing,
  purpose: string,
  bearer: string,
  value: string,
  now: number,
): SealedValue | null {
  if (!value.startsWith(version)) return null;
  const characters = value.slice(version.length);
  const sealed = Buffer.from(characters, 'base64url');
  // The decoder takes what is no base64url as well, and a last character with bits that count for nothing.
  if (sealed.length < overhead || sealed.toString('base64url') !== characters) return null;
  const unsealed = keys.open(purpose, sealed, contextOf(bearer));
  if (unsealed === null) return null;
  const { text, openedBy } = unsealed;
  const issuedAt = text.readUIntBE(0, timeBytes);
  if (issuedAt > now + clockSkew) return null;
  return { content: text.subarray(timeBytes), issuedAt, openedBy };
}

function contextOf(bearer: string): Uint8Array {
  return Buffer.from(version + bearer);
}
