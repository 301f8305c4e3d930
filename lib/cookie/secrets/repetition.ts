import { decodingsOf } from './secret-text.js';

const fewestDifferentBytes = 8;
/** Fewer bytes may well have fewer different ones. */
const enoughBytes = 24;
/** So many letters must be left for a repetition among them to be no chance. */
const fewestLetters = 20;

/** Orders that fingers and minds fall into. */
const orders: readonly string[] = ['abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm', '01234567890'];

/** Whether a secret, or what it is the text of, is one thing again and again, or counts up or down. */
export function isRepetitive(secret: Buffer): boolean {
  return [secret, ...decodingsOf(secret).filter(({ length }) => length >= 16)].some(
    (bytes) => repeats(bytes) || countsOn(bytes) || isInOrder(bytes.toString('latin1').toLowerCase()),
  );
}

/** Whether letters alone repeat: `secret1secret2secret3…`. For what is no random bytes by its form. */
export function hasRepeatedLetters(text: string): boolean {
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  return letters.length >= fewestLetters && periodOf(Buffer.from(letters)) * 2 <= letters.length;
}

function repeats(bytes: Buffer): boolean {
  const areFew = bytes.length >= enoughBytes && new Set(bytes).size < fewestDifferentBytes;
  return areFew || periodOf(bytes) * 2 <= bytes.length;
}

/** After how many bytes it begins again, and goes on so to its end; its length where it does not. */
function periodOf(bytes: Buffer): number {
  // The longest beginning that is an end, too (Knuth, Morris and Pratt).
  const borders = [0];
  let border = 0;
  for (let at = 1; at < bytes.length; at++) {
    while (border > 0 && bytes[at] !== bytes[border]) border = borders[border - 1] ?? 0;
    if (bytes[at] === bytes[border]) border++;
    borders.push(border);
  }
  return bytes.length - border;
}

/** Whether most bytes are as far from the one before: 00 01 02 …, or all the same. */
function countsOn(bytes: Buffer): boolean {
  const steps = new Map<number, number>();
  for (let at = 1; at < bytes.length; at++) {
    const step = ((bytes[at] ?? 0) - (bytes[at - 1] ?? 0)) & 0xff;
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  return Math.max(...steps.values(), 0) * 2 >= bytes.length - 1;
}

/** Whether most characters are followed by their neighbour in the alphabet, among the digits or on a keyboard. */
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
