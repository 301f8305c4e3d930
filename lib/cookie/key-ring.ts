import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyOptions } from './cookie.options.js';
import { SealingKey } from './sealing-key.js';

/** Which key made a signature or a seal. */
export type VerifiedBy = 'current' | 'fallback';

export interface Unsealed {
  readonly text: Buffer;
  readonly openedBy: VerifiedBy;
}

type PerSecret<Key> = readonly [current: Key, ...fallbacks: Key[]];

/** 32 bytes in base64url; the last character has two bits that must be zero, or one signature would have four spellings. */
const canonicalSignature = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** The length of a signature, in characters. */
export const signatureLength = 43;

/**
 * Signs and seals with keys derived from the current secret; also verifies and opens with those of former secrets. Each purpose
 * has its own keys (HKDF-SHA-256, RFC 5869), so a value made for one purpose is invalid for any other. A purpose is a fixed,
 * versioned label such as `session-cookie-signature:v1`, never request data.
 */
export class KeyRing {
  // `#private`, not just `private`: inspecting or serialising the ring must not show them.
  readonly #secrets: PerSecret<KeyObject>;
  readonly #keys = new Map<string, PerSecret<KeyObject>>();
  readonly #sealingKeys = new Map<string, PerSecret<SealingKey>>();

  constructor(secretKey: string | Uint8Array, fallbacks: readonly (string | Uint8Array)[] = []) {
    this.#secrets = [secretObject(secretKey), ...fallbacks.map(secretObject)];
  }

  /** The signature of `text` under the current key: HMAC-SHA-256 in base64url, 43 characters. */
  sign(purpose: string, text: string): string {
    return createHmac('sha256', this.#keysFor(purpose)[0]).update(text).digest('base64url');
  }

  /** The signatures of `text` under all keys, the current one first: to look up what was stored under a former key. */
  signatures(purpose: string, text: string): string[] {
    return this.#keysFor(purpose).map((key) => createHmac('sha256', key).update(text).digest('base64url'));
  }

  /** Which key signed `text`; `null` if none of the ring did, or if `signature` is not in canonical form. */
  verify(purpose: string, text: string, signature: string): VerifiedBy | null {
    if (signature.length !== signatureLength || !canonicalSignature.test(signature)) return null;
    const claimed = Buffer.from(signature, 'base64url');
    const keys = this.#keysFor(purpose);
    const at = keys.findIndex((key) => signed(key, text, claimed));
    if (at === -1) return null;
    return at === 0 ? 'current' : 'fallback';
  }

  /**
   * Encrypts `text` under the current key, for one purpose; see {@link SealingKey.seal}.
   *
   * @param context what it is bound to, such as a cookie's name; needed again to open it.
   */
  seal(purpose: string, text: Uint8Array, context: Uint8Array): Buffer {
    return this.#sealingKeysFor(purpose)[0].seal(text, context);
  }

  /** Opens what {@link seal} returned, with any key of the ring; null: no key opens it. Never throws, whatever the input. */
  open(purpose: string, sealed: Uint8Array, context: Uint8Array): Unsealed | null {
    let openedBy: VerifiedBy = 'current';
    for (const key of this.#sealingKeysFor(purpose)) {
      const text = key.open(sealed, context);
      if (text !== null) return { text, openedBy };
      openedBy = 'fallback';
    }
    return null;
  }

  #keysFor(purpose: string): PerSecret<KeyObject> {
    const known = this.#keys.get(purpose);
    if (known !== undefined) return known;
    const keys = perSecret(this.#secrets, (secret) => derive(secret, purpose));
    this.#keys.set(purpose, keys);
    return keys;
  }

  #sealingKeysFor(purpose: string): PerSecret<SealingKey> {
    const known = this.#sealingKeys.get(purpose);
    if (known !== undefined) return known;
    const keys = perSecret(this.#secrets, (secret) => new SealingKey(derive(secret, purpose)));
    this.#sealingKeys.set(purpose, keys);
    return keys;
  }
}

/** The key ring for an application's settings; without a secret, a random one that lasts as long as the process. */
export function createKeyRing({ secretKey, secretKeyFallbacks }: KeyOptions): KeyRing {
  return new KeyRing(secretKey ?? randomBytes(32), secretKeyFallbacks);
}

function perSecret<Key>(
  [current, ...fallbacks]: PerSecret<KeyObject>,
  make: (secret: KeyObject) => Key,
): PerSecret<Key> {
  return [make(current), ...fallbacks.map(make)];
}

function signed(key: KeyObject, text: string, claimed: Uint8Array): boolean {
  return timingSafeEqual(createHmac('sha256', key).update(text).digest(), claimed);
}

function derive(secret: KeyObject, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'nestjs-session-auth', purpose, 32)));
}

function secretObject(secret: string | Uint8Array): KeyObject {
  if (secret.length === 0) throw new RangeError('A secret key must not be empty.');
  return createSecretKey(typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret);
}
