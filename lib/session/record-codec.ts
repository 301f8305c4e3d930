import { JsonSerializer } from './serializer/json.js';
import { MsgpackSerializer } from './serializer/msgpack.js';
import type { Serializer } from './serializer/serializer.js';
import { nodesIn } from './serializer/nodes.js';
import { TooManyNodes } from './serializer/storable.js';
import {
  BrokenRecord,
  packPointer,
  packRecord,
  unpackRecord,
  type RotationPointer,
  type SessionRecord,
} from './record.js';

const JSON_OBJECT = 0x7b;

/** A serializer that stops if a record has more parts than allowed. */
interface BoundedSerializer extends Serializer {
  /** @throws TooManyNodes */
  encode(record: Readonly<Record<string, unknown>>, most?: number): Uint8Array;
}

/** A custom serializer, which has no such limit. */
class Bounded implements BoundedSerializer {
  constructor(private readonly serializer: Serializer) {}

  encode(record: Readonly<Record<string, unknown>>, most?: number): Uint8Array {
    if (most !== undefined && nodesIn(record, most + 1) > most + 1) throw new TooManyNodes();
    return this.serializer.encode(record);
  }

  decode(bytes: Uint8Array): unknown {
    return this.serializer.decode(bytes);
  }
}

/** Encodes records in one format, and decodes both built-in ones. */
export class RecordCodec {
  readonly #json: JsonSerializer;
  readonly #msgpack: MsgpackSerializer;
  readonly #writer: BoundedSerializer;
  readonly #reader: BoundedSerializer | null;

  /** @param onInstance called for instances of classes that are stored as plain data, with the name of the class. */
  constructor(serializer: 'msgpack' | 'json' | Serializer, onInstance?: (className: string) => void) {
    this.#json = new JsonSerializer(onInstance);
    this.#msgpack = new MsgpackSerializer(onInstance);
    this.#reader = typeof serializer === 'string' ? null : new Bounded(serializer);
    this.#writer = this.#reader ?? (serializer === 'json' ? this.#json : this.#msgpack);
  }

  /**
   * @param most how many parts it may have @throws SessionValueError naming the key path of a value that cannot be stored.
   *   TooManyNodes
   */
  encode(record: SessionRecord, most?: number): Uint8Array {
    return this.#writer.encode(packRecord(record), most);
  }

  /**
   * Whether `bytes` encode this record, given that its login is the object that was decoded from them, which is not encoded
   * again for the comparison: for every request with a login, that would double the cost. False: it cannot be told this way.
   */
  equalsApartFromLogin(bytes: Uint8Array, record: SessionRecord, most?: number): boolean {
    if (record.auth === null || this.#writer !== this.#msgpack || bytes[0] === JSON_OBJECT) return false;
    return isAround(bytes, this.#msgpack.encode(packRecord({ ...record, auth: null }), most), record.kept === true);
  }

  /** Whether readable bytes are in another format than the one to be written. */
  isForeign(bytes: Uint8Array): boolean {
    return this.#reader === null && this.#readerOf(bytes) !== this.#writer;
  }

  /** Encodes it in the format of `bytes`: to see whether anything has changed since they were read. */
  encodeLike(bytes: Uint8Array, record: SessionRecord, most?: number): Uint8Array {
    return (this.#reader ?? this.#readerOf(bytes)).encode(packRecord(record), most);
  }

  encodePointer(pointer: RotationPointer): Uint8Array {
    return this.#writer.encode(packPointer(pointer));
  }

  /** How many bytes a value takes by itself; to find out what makes a session large. @throws TooManyNodes */
  sizeOf(value: unknown, most?: number): number {
    return this.#writer.encode({ d: value }, most).length;
  }

  /** @throws BrokenRecord for anything that is not a complete record. */
  decode(bytes: Uint8Array): SessionRecord | RotationPointer {
    let value: unknown;
    try {
      value = (this.#reader ?? this.#readerOf(bytes)).decode(asBuffer(bytes));
    } catch (error) {
      throw new BrokenRecord('Its bytes cannot be read.', { cause: error });
    }
    return unpackRecord(value);
  }

  /** By the first byte, so that a change of format does not log everybody out: no MessagePack map begins with a brace. */
  #readerOf(bytes: Uint8Array): BoundedSerializer {
    return bytes[0] === JSON_OBJECT ? this.#json : this.#msgpack;
  }
}

/** How the login, and the mark of a session that is kept, begin in MessagePack: the keys of {@link packRecord}. */
const LOGIN = Buffer.from([0xa1, 0x61]);
const KEPT = Buffer.from([0xa1, 0x6b, 0xc3]);

/** Whether the small map in `whole` equals that in `rest` plus a login, which is last except for the mark. */
function isAround(whole: Uint8Array, rest: Uint8Array, isKept: boolean): boolean {
  const end = isKept ? rest.length - KEPT.length : rest.length;
  const stored = asBuffer(whole);
  return (
    stored.length > rest.length + LOGIN.length &&
    stored[0] === (rest[0] ?? 0) + 1 &&
    stored.compare(rest, 1, end, 1, end) === 0 &&
    stored.compare(LOGIN, 0, LOGIN.length, end, end + LOGIN.length) === 0 &&
    (!isKept || stored.compare(KEPT, 0, KEPT.length, stored.length - KEPT.length) === 0)
  );
}

/** The same bytes as a Buffer, without a copy: a decoder's result may depend on their type. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
