import { decodingsOf } from './secret-text.js';

const fewestDifferentBytes = 8;
/** Fewer bytes may well have fewer distinct ones. */
const enoughBytes = 24;
/** With fewer letters left, a repetition may be a coincidence. */
const fewestLetters = 20;

/** Sequences that people type. */
const orders: readonly string[] = ['abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm', '01234567890'];

/** Whether a secret, or what it decodes to, repeats itself or counts up or down. */
export function isRepetitive(secret: Buffer): boolean {
  return [secret, ...decodingsOf(secret).filter(({ length }) => length >= 16)].some(
    (bytes) => repeats(bytes) || countsOn(bytes) || isInOrder(bytes.toString('latin1').toLowerCase()),
  );
}

/** Whether the letters alone repeat: `secret1secret2secret3…`. For secrets that do not look like random bytes. */
export function hasRepeatedLetters(text: string): boolean {
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  return letters.length >= fewestLetters && periodOf(Buffer.from(letters)) * 2 <= letters.length;
}

function repeats(bytes: Buffer): boolean {
  const areFew = bytes.length >= enoughBytes && new Set(bytes).size < fewestDifferentBytes;
  return areFew || periodOf(bytes) * 2 <= bytes.length;
}

/** The period with which it repeats up to its end; its length if it does not repeat. */
function periodOf(bytes: Buffer): number {
  // The longest prefix that is also a suffix (Knuth, Morris and Pratt).
  const borders = [0];
  let border = 0;
  for (let at = 1; at < bytes.length; at++) {
    while (border > 0 && bytes[at] !== bytes[border]) border = borders[border - 1] ?? 0;
    if (bytes[at] === bytes[border]) border++;
    borders.push(border);
  }
  return bytes.length - border;
}

/** Whether most bytes differ by the same amount from the one before: 00 01 02 …, or all the same. */
function countsOn(bytes: Buffer): boolean {
  const steps = new Map<number, number>();
  for (let at = 1; at < bytes.length; at++) {
    const step = ((bytes[at] ?? 0) - (bytes[at - 1] ?? 0)) & 0xff;
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  return Math.max(...steps.values(), 0) * 2 >= bytes.length - 1;
}

/** Whether most characters are followed by their neighbour in the alphabet, the digits or on a keyboard. */
function isInOrder(text: string): boolean {
  let up = 0;
  let down = 0;
  for (let at = 1; at < text.length; at++) {
    const [former = '', here = ''] = [text[at - 1], text[at]];
    if (orders.some((order) => order.includes(former + here))) up++;
    if (orders.some((order) => order.includes(here + former))) down++;
  }
  return Math.max(up, down) * 2 >= text.length - 1;
}
