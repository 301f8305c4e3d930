import { type BinaryLike, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { isWellFormed } from '../../config/well-formed.js';

/** Anything that express-session accepts as a secret. */
export type SidSecret = BinaryLike | KeyObject;

/** The session id of a cookie signed with one of the secrets. */
export interface UnsignedSid {
  readonly id: string;
  /** Not signed with the first secret: the cookie should be issued again. */
  readonly outdated: boolean;
}

const marker = 's:';

/**
 * 32 bytes in base64 without padding; the last character has two bits that must be zero, or one signature would have four
 * spellings.
 */
const canonicalSignature = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/;
const signatureLength = 43;

/** Browsers drop larger cookies. */
const longestValue = 4096;

/** The value of express-session's cookie, before percent-encoding: `s:<id>.<HMAC-SHA-256 in base64 without padding>`. */
export function signSid(id: string, secret: SidSecret): string {
  return `${marker}${id}.${hmac(id, secret).toString('base64').slice(0, signatureLength)}`;
}

/**
 * Verifies what {@link signSid} returned with one of the secrets, the current one first; `null` for anything else, including a
 * non-canonical signature and an empty id. Always compares with every secret. Never throws for a value.
 */
export function unsignSid(value: string, secrets: readonly SidSecret[]): UnsignedSid | null {
  const end = value.length - signatureLength - 1;
  if (!value.startsWith(marker) || value[end] !== '.' || value.length > longestValue) return null;
  const id = value.slice(marker.length, end);
  const signature = value.slice(end + 1);
  // A lone surrogate is hashed like U+FFFD, so two ids would share a signature.
  if (id === '' || !isWellFormed(id) || !canonicalSignature.test(signature)) return null;
  const claimed = Buffer.from(signature, 'base64');
  const signers = secrets.map((secret) => timingSafeEqual(hmac(id, secret), claimed));
  return signers.includes(true) ? { id, outdated: signers[0] !== true } : null;
}

function hmac(id: string, secret: SidSecret): Buffer {
  return createHmac('sha256', secret).update(id, 'utf8').digest();
}
