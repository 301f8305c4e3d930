import { JsonSerializer } from './serializer/json.js';
import { MsgpackSerializer } from './serializer/msgpack.js';
import { asBuffer, type Serializer } from './serializer/serializer.js';
import { nodesIn } from './serializer/nodes.js';
import { TooManyNodes } from './serializer/storable.js';
import { packPointer, packRecord, unpackRecord, type RotationPointer, type SessionRecord } from './record.js';
import { BrokenRecord } from './record-parts.js';

const JSON_OBJECT = 0x7b;

/** One that stops where a record has more parts than are allowed. */
interface BoundedSerializer extends Serializer {
  /** @throws TooManyNodes */
  encode(record: Readonly<Record<string, unknown>>, most?: number): Uint8Array;
}

/** The application's own, which knows of no such limit. */
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

/** Records to bytes and back, in one format; reads the other of the two built-in ones as well. */
export class RecordCodec {
  readonly #json: JsonSerializer;
  readonly #msgpack: MsgpackSerializer;
  readonly #writer: BoundedSerializer;
  readonly #reader: BoundedSerializer | null;

  /** @param onInstance hears of instances of classes that are stored as plain data, by the names of their classes. */
  constructor(serializer: 'msgpack' | 'json' | Serializer, onInstance?: (className: string) => void) {
    this.#json = new JsonSerializer(onInstance);
    this.#msgpack = new MsgpackSerializer(onInstance);
    this.#reader = typeof serializer === 'string' ? null : new Bounded(serializer);
    this.#writer = this.#reader ?? (serializer === 'json' ? this.#json : this.#msgpack);
  }

  /** @param most parts that it may have @throws SessionValueError naming the key path of a value that cannot be stored. TooManyNodes */
  encode(record: SessionRecord, most?: number): Uint8Array {
    return this.#writer.encode(packRecord(record), most);
  }

  /**
   * Whether `bytes` hold this record, whose login is the very one that was read out of them and is not written to see it: in every
   * request of somebody who is logged in that would cost as much as the rest. False: that cannot be told without.
   */
  holdsLike(bytes: Uint8Array, record: SessionRecord, most?: number): boolean {
    if (record.auth === null || this.#writer !== this.#msgpack || bytes[0] === JSON_OBJECT) return false;
    return isAround(bytes, this.#msgpack.encode(packRecord({ ...record, auth: null }), most), record.kept === true);
  }

  /** Whether bytes that could be read are in another format than the one that is written. */
  isForeign(bytes: Uint8Array): boolean {
    return this.#reader === null && this.#readerOf(bytes) !== this.#writer;
  }

  /** The same in the format of `bytes`: to see whether anything has changed since they were read. */
  encodeLike(bytes: Uint8Array, record: SessionRecord, most?: number): Uint8Array {
    return (this.#reader ?? this.#readerOf(bytes)).encode(packRecord(record), most);
  }

  encodePointer(pointer: RotationPointer): Uint8Array {
    return this.#writer.encode(packPointer(pointer));
  }

  /** How many bytes a value takes by itself; to find what makes a session large. @throws TooManyNodes */
  sizeOf(value: unknown, most?: number): number {
    return this.#writer.encode({ d: value }, most).length;
  }

  /** @throws BrokenRecord on anything that is not wholly a record. */
  decode(bytes: Uint8Array): SessionRecord | RotationPointer {
    let value: unknown;
    try {
      value = (this.#reader ?? this.#readerOf(bytes)).decode(asBuffer(bytes));
    } catch (error) {
      throw new BrokenRecord('Its bytes cannot be read.', { cause: error });
    }
    return unpackRecord(value);
  }

  /** By the first byte, so that a change of the format logs nobody out: MessagePack begins no map with a brace. */
  #readerOf(bytes: Uint8Array): BoundedSerializer {
    return bytes[0] === JSON_OBJECT ? this.#json : this.#msgpack;
  }
}

/** How the login, and the mark of a session that is kept, begin in MessagePack: the keys of {@link packRecord}. */
const LOGIN = Buffer.from([0xa1, 0x61]);
const KEPT = Buffer.from([0xa1, 0x6b, 0xc3]);

/** Whether the map of few entries in `whole` is that in `rest` and a login, which stands last but for the mark. */
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
