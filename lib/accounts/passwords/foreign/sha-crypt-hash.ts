import { createHash, timingSafeEqual } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { decimal, type PasswordHash, tooCostly, type UnreadableHash } from '../password-hash.js';

/** `$6$rounds=656000$salt$hash`; 5000 rounds where none are named. `$5$` is the same with SHA-256. */
const form = /^\$([56])\$(?:rounds=(\d{1,10})\$)?([^$]{0,16})\$([./0-9A-Za-z]{43}|[./0-9A-Za-z]{86})$/;
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** In bytes. The work grows with the square of the length, and a longer password is of no such hash that anybody stores. */
const longestPassword = 512;
const leastRounds = 1_000;
const mostRounds = 1_000_000;
/** How many rounds are computed before others get their turn: about two milliseconds. */
const roundsAtOnce = 1_000;

interface Variant {
  readonly digest: 'sha256' | 'sha512';
  /** The length of the digest, in bytes. */
  readonly size: number;
  /** How many characters encode it. */
  readonly characters: number;
}

/** SHA-crypt, of Linux' passwords and of passlib (`sha256_crypt`, `sha512_crypt`). Null: it is no such hash. */
export function shaCryptHash(stored: string): PasswordHash | UnreadableHash | null {
  const [, name, roundsText, salt = '', hash = ''] = form.exec(stored) ?? [];
  if (name === undefined) return null;
  const variant: Variant =
    name === '6' ? { digest: 'sha512', size: 64, characters: 86 } : { digest: 'sha256', size: 32, characters: 43 };
  if (hash.length !== variant.characters) return null;
  const rounds = roundsText === undefined ? 5_000 : Math.max(leastRounds, decimal(roundsText));
  if (rounds > mostRounds) return tooCostly('SHA-crypt');
  return {
    algorithm: 'SHA-crypt',
    longest: longestPassword,
    async matches(password) {
      const mine = encoded(await shaCrypt(variant, password, Buffer.from(salt), rounds), variant);
      return timingSafeEqual(Buffer.from(mine), Buffer.from(hash));
    },
  };
}

/** As https://www.akkadia.org/drepper/SHA-crypt.txt specifies it; the numbers are its steps. */
async function shaCrypt({ digest, size }: Variant, key: Buffer, salt: Buffer, rounds: number): Promise<Buffer> {
  const digestOf = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash(digest);
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const stretched = (block: Buffer, length: number): Buffer => Buffer.alloc(length, block);

  // 4–8: digest B; 1–3, 9–12: digest A
  const b = digestOf(key, salt, key);
  const parts = [key, salt, stretched(b, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? b : key);
  const a = digestOf(...parts);
  // 13–16: the sequence P; 17–20: the sequence S
  const p = key.length === 0 ? key : stretched(digestOf(stretched(key, key.length ** 2)), key.length);
  const [first = 0] = a;
  const s = salt.length === 0 ? salt : stretched(digestOf(stretched(salt, salt.length * (16 + first))), salt.length);
  // 21
  let c = a;
  for (let round = 0; round < rounds; round++) {
    const isOdd = (round & 1) === 1;
    const input = [isOdd ? p : c];
    if (round % 3 !== 0) input.push(s);
    if (round % 7 !== 0) input.push(p);
    input.push(isOdd ? c : p);
    c = digestOf(...input);
    if (round % roundsAtOnce === 0) await turn();
  }
  if (c.length !== size) throw new TypeError('The digest has another length.');
  return c;
}

/** Step 22: the bytes in an order of their own, six bits a character, the lowest first. */
function encoded(digest: Buffer, { size, characters }: Variant): string {
  const third = Math.floor(size / 3);
  const byte = (at: number): number => digest[at] ?? 0;
  let text = '';
  const write = (high: number, middle: number, low: number, count: number): void => {
    let bits = (high << 16) | (middle << 8) | low;
    for (let at = 0; at < count; at++, bits >>>= 6) text += alphabet[bits & 63] ?? '';
  };
  for (let at = 0; at < third; at++) {
    const trio = [at, at + third, at + 2 * third];
    // Each trio is turned once more than the one before: to the left with SHA-512, to the right with SHA-256.
    const turns = size === 64 ? at % 3 : (3 - (at % 3)) % 3;
    const [x = 0, y = 0, z = 0] = [...trio.slice(turns), ...trio.slice(0, turns)];
    write(byte(x), byte(y), byte(z), 4);
  }
  if (size === 64) write(0, 0, byte(63), 2);
  else write(0, byte(31), byte(30), 3);
  return text.slice(0, characters);
}
