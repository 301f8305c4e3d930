import { exactItems, exactMembers, exactName, nanosecondsOf } from './exact.js';
import { isPythonInt } from './python-numbers.js';
import { FlaskFloat, FlaskUuid } from './python-values.js';

/** Writes values as Flask-Session does: each in its shortest form, a `float` always in eight bytes, members in order. */
export function writeMsgpack(value: unknown): Buffer {
  const writer = new MsgpackWriter();
  writer.write(value);
  return writer.bytes();
}

/** The type bytes for lengths of one, two and four bytes; `null` if there is no such form. */
type Heads = readonly [one: number | null, two: number, four: number];

class MsgpackWriter {
  readonly #chunks: Uint8Array[] = [];

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        return isPythonInt(value) ? this.#int(BigInt(value)) : this.#float(value);
      case 'bigint':
        return this.#int(value);
      case 'boolean':
        return this.#byte(value ? 0xc3 : 0xc2);
      case 'object':
        return value === null ? this.#byte(0xc0) : this.#object(value);
      default:
        throw new TypeError('The walk over the data missed an unsupported value.');
    }
  }

  #object(value: object): void {
    if (value instanceof FlaskFloat) return this.#float(value.value);
    if (Array.isArray(value)) return this.#list(exactItems(value));
    if (value instanceof Uint8Array) return this.#binary(value);
    if (value instanceof FlaskUuid) return this.#text(value.text);
    if (value instanceof Date) return this.#timestamp(value);
    this.#map(value);
  }

  #map(object: object): void {
    const members = exactMembers(object);
    if (members.length < 16) this.#byte(0x80 | members.length);
    else this.#sized(members.length, [null, 0xde, 0xdf]);
    for (const [name, value] of members) {
      this.write(exactName(object, name));
      this.write(value);
    }
  }

  #list(items: readonly unknown[]): void {
    if (items.length < 16) this.#byte(0x90 | items.length);
    else this.#sized(items.length, [null, 0xdc, 0xdd]);
    for (const item of items) this.write(item);
  }

  #text(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length < 32) this.#byte(0xa0 | bytes.length);
    else this.#sized(bytes.length, [0xd9, 0xda, 0xdb]);
    this.#chunks.push(bytes);
  }

  #binary(bytes: Uint8Array): void {
    this.#sized(bytes.length, [0xc4, 0xc5, 0xc6]);
    this.#chunks.push(bytes);
  }

  #int(value: bigint): void {
    if (value >= 0x1_0000_0000n) return this.#wide(0xcf, (to) => to.writeBigUInt64BE(value));
    if (value < -0x8000_0000n) return this.#wide(0xd3, (to) => to.writeBigInt64BE(value));
    const number = Number(value);
    if (number >= 0x80) return this.#sized(number, [0xcc, 0xcd, 0xce]);
    if (number >= -0x20) return this.#byte(number & 0xff);
    if (number >= -0x80) return this.#headed(0xd0, 1, number + 0x100);
    if (number >= -0x8000) return this.#headed(0xd1, 2, number + 0x1_0000);
    this.#headed(0xd2, 4, number + 0x1_0000_0000);
  }

  #float(value: number): void {
    this.#wide(0xcb, (to) => to.writeDoubleBE(value));
  }

  /** Extension -1, in the shortest of its three forms. */
  #timestamp(date: Date): void {
    const seconds = Math.floor(date.getTime() / 1000);
    const nanoseconds = nanosecondsOf(date);
    if (seconds < 0 || seconds >= 2 ** 34) {
      this.#chunks.push(Buffer.from([0xc7, 12]));
      this.#headed(0xff, 4, nanoseconds);
      this.#eight((to) => to.writeBigInt64BE(BigInt(seconds)));
    } else if (nanoseconds > 0 || seconds >= 2 ** 32) {
      this.#chunks.push(Buffer.from([0xd7, 0xff]));
      this.#eight((to) => to.writeBigUInt64BE((BigInt(nanoseconds) << 34n) | BigInt(seconds)));
    } else {
      this.#byte(0xd6);
      this.#headed(0xff, 4, seconds);
    }
  }

  #sized(size: number, [one, two, four]: Heads): void {
    if (one !== null && size < 0x100) return this.#headed(one, 1, size);
    return size < 0x1_0000 ? this.#headed(two, 2, size) : this.#headed(four, 4, size);
  }

  #wide(head: number, fill: (to: Buffer) => unknown): void {
    this.#byte(head);
    this.#eight(fill);
  }

  #eight(fill: (to: Buffer) => unknown): void {
    const bytes = Buffer.alloc(8);
    fill(bytes);
    this.#chunks.push(bytes);
  }

  #headed(head: number, length: number, value: number): void {
    const bytes = Buffer.alloc(1 + length, head);
    bytes.writeUIntBE(value, 1, length);
    this.#chunks.push(bytes);
  }

  #byte(value: number): void {
    this.#chunks.push(Buffer.from([value]));
  }
}
