import { type Cipher, createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { Nonces } from './nonces.js';

const nonceBytes = 24;
const tagBytes = 16;
const blockBytes = 16;
/** The half of a nonce from which the per-message key is derived; the other half is the nonce of AES-GCM. */
const saltBytes = 12;
/** Its offset in each of the two blocks of the derivation. */
const saltPlaces = [4, 20] as const;

/** How much longer a sealed message is than its plaintext: nonce and tag. */
export const sealingOverhead = nonceBytes + tagBytes;

/**
 * Authenticated encryption: XAES-256-GCM as specified by C2SP, which is AES-256-GCM with a random nonce under a key that is
 * derived for each message from 96 further random bits (NIST SP 800-108). So a key and nonce never repeat; with random nonces
 * under a single key, only 2^32 messages would be safe (NIST SP 800-38D, 8.3).
 */
export class SealingKey {
  /** AES, block by block: stateless between blocks, and expensive to create. */
  readonly #aes: Cipher;
  readonly #nonces = new Nonces(nonceBytes);
  /** The part of both derivation blocks that does not depend on the salt, XORed with the CMAC subkey (SP 800-38B, 6.1). */
  readonly #mask: Uint8Array;

  /** @param key 256 bits */
  constructor(key: KeyObject) {
    this.#aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    const subkey = doubled(this.#aes.update(new Uint8Array(blockBytes)));
    const blocks = [1, 2].flatMap((counter) => [0, counter, 0x58, ...new Array<number>(blockBytes - 3).fill(0)]);
    this.#mask = Uint8Array.from(blocks, (byte, at) => byte ^ (subkey[at % blockBytes] ?? 0));
  }

  /**
   * Returns nonce, ciphertext and tag.
   *
   * @param context what the message is bound to: it is not part of the message, and the same value is needed to open it.
   */
  seal(text: Uint8Array, context: Uint8Array): Buffer {
    const nonce = this.#nonces.take();
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(nonce), nonce.subarray(saltBytes));
    cipher.setAAD(context);
    const encrypted = cipher.update(text);
    cipher.final();
    return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]);
  }

  /** The plaintext; null: not sealed with this key and context. The tag is compared in constant time. */
  open(sealed: Uint8Array, context: Uint8Array): Buffer | null {
    if (sealed.length < sealingOverhead) return null;
    const nonce = sealed.subarray(0, nonceBytes);
    const tagAt = sealed.length - tagBytes;
    const decipher = createDecipheriv('aes-256-gcm', this.#keyFor(nonce), nonce.subarray(saltBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(context);
    decipher.setAuthTag(sealed.subarray(tagAt));
    const text = decipher.update(sealed.subarray(nonceBytes, tagAt));
    try {
      decipher.final();
      return text;
    } catch {
      return null;
    }
  }

  /** The key of one message: two blocks of counter, the letter X and salt, encrypted. */
  #keyFor(nonce: Uint8Array): Uint8Array {
    const blocks = this.#mask.slice();
    for (let at = 0; at < saltBytes; at++) {
      const byte = nonce[at] ?? 0;
      for (const begin of saltPlaces) blocks[begin + at] = (blocks[begin + at] ?? 0) ^ byte;
    }
    return this.#aes.update(blocks);
  }
}

/** Doubles a block in GF(2^128). */
function doubled(block: Uint8Array): Uint8Array {
  const number = BigInt(`0x${Buffer.from(block).toString('hex')}`);
  const carries = number >> 127n === 1n;
  const result = BigInt.asUintN(128, number << 1n) ^ (carries ? 0x87n : 0n);
  return Buffer.from(result.toString(16).padStart(2 * blockBytes, '0'), 'hex');
}
