import { createHash, randomBytes } from 'node:crypto';

/**
 * Which texts there have been, in 16 to 32 bytes each, however long they are: millions of addresses fit. Two texts are taken for one with a
 * chance of one in millions.
 */
export class SeenKeys {
  readonly #salt = randomBytes(16);
  #slots = new BigUint64Array(1_024);
  #count = 0;

  /** Notes a text. False: it has been there already. */
  add(text: string): boolean {
    // 0 marks a slot that is free.
    const key = createHash('sha256').update(this.#salt).update(text).digest().readBigUInt64LE() | 1n;
    if (!place(this.#slots, key)) return false;
    if (++this.#count * 2 > this.#slots.length) {
      const wider = new BigUint64Array(this.#slots.length * 2);
      for (const slot of this.#slots) if (slot !== 0n) place(wider, slot);
      this.#slots = wider;
    }
    return true;
  }
}

/** False: the key is there. */
function place(slots: BigUint64Array, key: bigint): boolean {
  const mask = slots.length - 1;
  for (let at = Number((key >> 1n) & BigInt(mask)); ; at = (at + 1) & mask) {
    if (slots[at] === key) return false;
    if (slots[at] !== 0n) continue;
    slots[at] = key;
    return true;
  }
}
