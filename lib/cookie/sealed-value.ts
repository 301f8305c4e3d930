import { type KeyRing, type VerifiedBy } from './key-ring.js';
import { sealingOverhead } from './sealing-key.js';
import { clockSkew } from './signed-value.js';

/** A value with its time of issue that can be neither read nor changed by those it passes. */
export interface SealedValue {
  readonly content: Uint8Array;
  /** When it was issued, in milliseconds. */
  readonly issuedAt: number;
  readonly openedBy: VerifiedBy;
}

/** The first character of a value; the seal authenticates it as well. */
const version = '1';
const timeBytes = 6;
const overhead = sealingOverhead + timeBytes;
const latestTime = 2 ** (8 * timeBytes) - 1;

/** How many bytes of content fit into a value of `characters`; negative: none, not even empty content. */
export function contentWithin(characters: number): number {
  return Math.floor(((characters - version.length) * 3) / 4) - overhead;
}

/**
 * Seals `content` for one purpose and one bearer, a cookie's name: a version, followed by, in base64url,
 *
 * ```text
 * nonce (24) | encrypted: issued, ms since the epoch (6), content | tag (16)
 * ```
 *
 * @throws RangeError for a time before 1970, which could never be read back.
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
 * Opens what {@link sealValue} returned for the same purpose and bearer; `null` for anything else, and if the time of issue is
 * more than {@link clockSkew} after `now`. Never throws.
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
  // The decoder also accepts invalid base64url, and a last character with extra bits.
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
