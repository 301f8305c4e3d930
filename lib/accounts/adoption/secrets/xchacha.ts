import { createDecipheriv, createHash } from 'node:crypto';

/** How many bytes there are of each. */
const nonceLength = 24;
const tagLength = 16;

/**
 * Opens what better-auth encrypts: XChaCha20-Poly1305 under the SHA-256 of its secret, in hexadecimal with the nonce before it, and perhaps
 * the number of the secret before that (`$ba$1$…`). Null: none of the secrets made it.
 */
export function openBetterAuth(sealed: string, secrets: readonly string[]): string | null {
  const hex = sealed.replace(/^\$ba\$\d{1,9}\$/, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return null;
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length < nonceLength + tagLength) return null;
  for (const secret of secrets) {
    const opened = open(bytes, createHash('sha256').update(secret).digest());
    if (opened !== null) return opened.toString();
  }
  return null;
}

/** XChaCha20-Poly1305: ChaCha20-Poly1305 with a key of its own for each nonce (draft-irtf-cfrg-xchacha-03, 2.3). */
function open(bytes: Buffer, key: Buffer): Buffer | null {
  const subkey = hChaCha20(key, bytes.subarray(0, 16));
  const nonce = Buffer.concat([Buffer.alloc(4), bytes.subarray(16, nonceLength)]);
  const decipher = createDecipheriv('chacha20-poly1305', subkey, nonce, { authTagLength: tagLength });
  decipher.setAuthTag(bytes.subarray(-tagLength));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()]);
  } catch {
    // It was another key.
    return null;
  }
}

/** The columns and diagonals of a double round. */
const quarters: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

/** The key of a nonce: twenty rounds of ChaCha, of whose state the first and the last four words remain (the same draft, 2.2). */
export function hChaCha20(key: Buffer, nonce: Buffer): Buffer {
  const state = new Uint32Array(16);
  const words = Buffer.concat([Buffer.from('expand 32-byte k'), key, nonce]);
  for (let at = 0; at < 16; at++) state[at] = words.readUInt32LE(at * 4);
  const word = (at: number): number => state[at] ?? 0;
  const mix = (a: number, b: number, c: number, by: number): void => {
    state[a] = word(a) + word(b);
    const mixed = word(c) ^ word(a);
    state[c] = (mixed << by) | (mixed >>> (32 - by));
  };
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of quarters) {
      mix(a, b, d, 16);
      mix(c, d, b, 12);
      mix(a, b, d, 8);
      mix(c, d, b, 7);
    }
  }
  const subkey = Buffer.alloc(32);
  for (let at = 0; at < 4; at++) {
    subkey.writeUInt32LE(word(at), at * 4);
    subkey.writeUInt32LE(word(12 + at), 16 + at * 4);
  }
  return subkey;
}
