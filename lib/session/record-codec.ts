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
