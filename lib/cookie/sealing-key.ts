import { type Cipher, createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { Nonces } from './nonces.js';

const nonceBytes = 24;
const tagBytes = 16;
const blockBytes = 16;
/** The half of a nonce that a message's own key is derived from; the other half is the nonce of AES-GCM. */
const saltBytes = 12;
/** Where it stands in each of the two blocks of a derivation. */
const saltPlaces = [4, 20] as const;

/** How much longer than its text a sealed message is: the nonce before it, the tag after it. */
export const sealingOverhead = nonceBytes + tagBytes;

/**
 * Encrypts so that nobody reads and nobody changes: XAES-256-GCM as specified by C2SP. That is AES-256-GCM with a random
 * nonce, under a key that is derived for each message from 96 further random bits (NIST SP 800-108). So key and nonce never
 * meet twice, where random nonces under one key would be good for 2^32 messages only (NIST SP 800-38D, 8.3).
 */
export class SealingKey {
  /** AES itself, block by block: it keeps nothing from one to the next, and to make it costs more than all else. */
  readonly #aes: Cipher;
  readonly #nonces = new Nonces(nonceBytes);
  /** What both blocks of a derivation have but the salt, and the subkey of CMAC that is added to them (SP 800-38B, 6.1). */
  readonly #mask: Uint8Array;

  /** @param key 256 bits */
  constructor(key: KeyObject) {
    this.#aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    const subkey = doubled(this.#aes.update(new Uint8Array(blockBytes)));
    const blocks = [1, 2].flatMap((counter) => [0, counter, 0x58, ...new Array<number>(blockBytes - 3).fill(0)]);
    this.#mask = Uint8Array.from(blocks, (byte, at) => byte ^ (subkey[at % blockBytes] ?? 0));
  }

  /**
   * Nonce, encrypted text and tag.
   *
   * @param context what the message belongs to; it is not in the message, and opens it only if it is the same.
   */
  seal(text: Uint8Array, context: Uint8Array): Buffer {
    const nonce = this.#nonces.take();
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(nonce), nonce.subarray(saltBytes));
    cipher.setAAD(context);
    const encrypted = cipher.update(text);
    cipher.final();
    return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]);
  }

  /** The text; null: this key has not sealed it, or not for this context. The tag is compared in constant time. */
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

  /** The key of one message: two blocks of a counter, the letter X and the salt, encrypted. */
  #keyFor(nonce: Uint8Array): Uint8Array {
    const blocks = this.#mask.slice();
    for (let at = 0; at < saltBytes; at++) {
      const byte = nonce[at] ?? 0;
      for (const begin of saltPlaces) blocks[begin + at] = (blocks[begin + at] ?? 0) ^ byte;
    }
    return this.#aes.update(blocks);
  }
}

/** A block, doubled in GF(2^128). */
function doubled(block: Uint8Array): Uint8Array {
  const number = BigInt(`0x${Buffer.from(block).toString('hex')}`);
  const carries = number >> 127n === 1n;
  const result = BigInt.asUintN(128, number << 1n) ^ (carries ? 0x87n : 0n);
  return Buffer.from(result.toString(16).padStart(2 * blockBytes, '0'), 'hex');
}
