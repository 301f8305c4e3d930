import { exactDate, pushItem, rememberName, setMember } from './exact.js';
import { boxFloat, floatText } from './python-numbers.js';
import { FlaskFloat } from './python-values.js';
import { deepest, Unreadable } from './unreadable.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const TIMESTAMP = -1;

/** The range of Python's years 1 to 9999, in seconds. */
const earliest = -62_135_596_800;
const latest = 253_402_300_799;

/**
 * Reads MessagePack as Flask-Session does: the timestamp is the only extension; an `int` keeps its digits and a `float` stays a
 * float. The reader of this package's own records would also evaluate extensions in untrusted data.
 *
 * @throws Unreadable
 */
export function readMsgpack(bytes: Uint8Array): unknown {
  return new MsgpackReader(bytes).read();
}

class MsgpackReader {
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): unknown {
    const value = this.#value();
    if (this.#at < this.#bytes.length) throw new Unreadable('There is data after its end.');
    return value;
  }

  #value(): unknown {
    const head = this.#uint(1);
    if (head <= 0x7f) return head;
    if (head <= 0x8f) return this.#map(head & 0x0f);
    if (head <= 0x9f) return this.#list(head & 0x0f);
    if (head <= 0xbf) return this.#text(head & 0x1f);
    if (head >= 0xe0) return head - 0x100;
    return this.#byHead(head);
  }

  #byHead(head: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Buffer.from(this.#take(this.#uint(1 << (head - 0xc4))));
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(1 << (head - 0xc7)));
      case 0xca:
        return boxFloat(this.#take(4).readFloatBE());
      case 0xcb:
        return boxFloat(this.#take(8).readDoubleBE());
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(1 << (head - 0xcc));
      case 0xcf:
        return numberIfExact(this.#take(8).readBigUInt64BE());
      case 0xd0:
        return this.#take(1).readInt8();
      case 0xd1:
        return this.#take(2).readInt16BE();
      case 0xd2:
        return this.#take(4).readInt32BE();
      case 0xd3:
        return numberIfExact(this.#take(8).readBigInt64BE());
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (head - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(1 << (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#uint(2 << (head - 0xdc)));
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(2 << (head - 0xde)));
      default:
        throw new Unreadable('A byte in it is invalid.');
    }
  }

  #map(size: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    return this.#nested(() => {
      for (let left = size; left > 0; left--) this.#member(object);
      return object;
    });
  }

  #member(object: Record<string, unknown>): void {
    const key = keyOf(this.#value());
    const name = typeof key === 'string' ? key : nameOf(key);
    if (Object.hasOwn(object, name)) throw new Unreadable('Two keys of it would have one name.');
    if (typeof key !== 'string') rememberName(object, name, key);
    setMember(object, name, this.#value());
  }

  #list(size: number): unknown[] {
    const list: unknown[] = [];
    return this.#nested(() => {
      for (let left = size; left > 0; left--) pushItem(list, this.#value());
      return list;
    });
  }

  #nested<Value>(read: () => Value): Value {
    if (++this.#depth > deepest) throw new Unreadable('It is nested too deeply.');
    const value = read();
    this.#depth--;
    return value;
  }

  #text(length: number): string {
    const bytes = this.#take(length);
    try {
      return utf8.decode(bytes);
    } catch (error) {
      throw new Unreadable('A string in it is not UTF-8.', { cause: error });
    }
  }

  #extension(length: number): Date {
    const type = this.#take(1).readInt8();
    const bytes = this.#take(length);
    if (type !== TIMESTAMP) throw new Unreadable(`It has an extension of the unknown type ${String(type)}.`);
    return timestamp(bytes);
  }

  #uint(length: number): number {
    return this.#take(length).readUIntBE(0, length);
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new Unreadable('It is truncated.');
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes;
  }
}

function timestamp(bytes: Buffer): Date {
  switch (bytes.length) {
    case 4:
      return exactDate(bytes.readUInt32BE(), 0);
    case 8: {
      const both = bytes.readBigUInt64BE();
      return checkedDate(Number(both & 0x3_ffff_ffffn), Number(both >> 34n));
    }
    case 12:
      return checkedDate(Number(bytes.readBigInt64BE(4)), bytes.readUInt32BE());
    default:
      throw new Unreadable('A timestamp in it is invalid.');
  }
}

function checkedDate(seconds: number, nanoseconds: number): Date {
  if (seconds < earliest || seconds > latest || nanoseconds >= 1_000_000_000) {
    throw new Unreadable('A timestamp in it is out of range.');
  }
  return exactDate(seconds, nanoseconds);
}

function numberIfExact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Python dicts may have numbers as keys. Flask-Session writes no other keys than these. */
function keyOf(value: unknown): string | number | bigint | FlaskFloat {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof FlaskFloat) return value;
  throw new Unreadable('A key in it is neither a string nor a number.');
}

function nameOf(key: number | bigint | FlaskFloat): string {
  return key instanceof FlaskFloat ? floatText(key.value) : String(key);
}
