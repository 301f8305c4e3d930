import { randomBytes } from 'node:crypto';

/** A call of the system's random source costs as much as encrypting a session, however few bytes it returns; so draw in batches. */
const drawn = 64;

/** Random nonces, each handed out once. They are not secret, so they can be drawn in advance. */
export class Nonces {
  #bytes: Buffer = Buffer.alloc(0);
  #next = 0;

  constructor(private readonly length: number) {}

  take(): Buffer {
    if (this.#next === this.#bytes.length) {
      this.#bytes = randomBytes(drawn * this.length);
      this.#next = 0;
    }
    const begin = this.#next;
    this.#next += this.length;
    return this.#bytes.subarray(begin, this.#next);
  }
}
