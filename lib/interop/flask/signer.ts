import { createHmac, timingSafeEqual } from 'node:crypto';
import { isBlank } from '../../config/kinds/text.js';

/** The hash of an application's signatures. Flask uses SHA-1 unless its session interface says otherwise. @publicApi */
export type FlaskDigest = 'sha1' | 'sha256' | 'sha512';

/** The secrets that a Flask application signs with. @publicApi */
export interface FlaskKeys {
  /** `SECRET_KEY`: a string is encoded as UTF-8, bytes are used as they are. */
  readonly secretKey: string | Uint8Array;
  /** `SECRET_KEY_FALLBACKS`: former secrets, which only verify. Default: none. */
  readonly fallbacks?: readonly (string | Uint8Array)[] | undefined;
  /** `digest_method` of the session interface. Default: `sha1`. */
  readonly digest?: FlaskDigest | undefined;
}

/**
 * The signer of itsdangerous with the `hmac` key derivation: `<text>.<HMAC of the text>`, in base64url without padding. Each
 * salt has its own keys.
 */
export class FlaskSigner {
  readonly #keys: readonly [current: Buffer, ...others: Buffer[]];
  readonly #digest: FlaskDigest;

  /**
   * @throws RangeError if a secret is empty.
   * @throws TypeError if `fallbacks` is not an array: a string would be taken as secrets of one character each.
   */
  constructor({ secretKey, fallbacks = [], digest = 'sha1' }: FlaskKeys, salt: string) {
    if (!Array.isArray(fallbacks)) throw new TypeError('The fallbacks must be an array of secrets.');
    this.#digest = digest;
    const derive = (secret: string | Uint8Array): Buffer => {
      if (isBlank(secret)) throw new RangeError('A secret key must not be empty.');
      return createHmac(digest, secret).update(salt).digest();
    };
    // The newest first, as in itsdangerous.
    this.#keys = [derive(secretKey), ...fallbacks.map(derive).reverse()];
  }

  sign(text: string): string {
    return `${text}.${this.#mac(this.#keys[0], text).toString('base64url')}`;
  }

  /** The signed text; `null` if none of the keys signed it, or if the signature is not in canonical form. */
  unsign(signed: string): string | null {
    const end = signed.lastIndexOf('.');
    if (end === -1) return null;
    const text = signed.slice(0, end);
    const claimed = fromBase64url(signed.slice(end + 1));
    return claimed !== null && this.#keys.some((key) => isSame(this.#mac(key, text), claimed)) ? text : null;
  }

  #mac(key: Buffer, text: string): Buffer {
    return createHmac(this.#digest, key).update(text, 'utf8').digest();
  }
}

/** Decodes base64url without padding; `null` if it is not in canonical form. */
export function fromBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function isSame(mac: Buffer, claimed: Buffer): boolean {
  return mac.length === claimed.length && timingSafeEqual(mac, claimed);
}
