import { oneLine } from '../config/quote.js';
import { SessionTooLargeError } from '../errors.js';
import type { RecordCodec } from './record-codec.js';
import type { SessionRecord } from './record.js';
import { TooManyNodes } from './serializer/storable.js';
import { nodesIn } from './serializer/nodes.js';

const NAMED_KEYS = 3;

/** What of a key is shown, in characters: a visitor may have chosen it. */
const SHOWN_OF_KEY = 40;

/** What a session may hold. */
export interface SizeLimits {
  /** Bytes of a record. */
  readonly maxSize: number;
  /** Values in a record, however deep; null: as many as there are bytes. */
  readonly maxNodes: number | null;
}

/** Keeps sessions from growing beyond the limits. One that is larger, since the limits were wider, may stay, and become smaller. */
export class SessionSize {
  constructor(
    private readonly codec: RecordCodec,
    private readonly limits: SizeLimits,
  ) {}

  /** How many values a record may have: a value takes a byte at least. */
  get mostNodes(): number {
    return this.limits.maxNodes ?? this.limits.maxSize;
  }

  /**
   * The bytes of a record.
   *
   * @param former what was stored before; null: nothing.
   * @throws SessionTooLargeError where it is larger than the limits, and holds more than before
   */
  encode(record: SessionRecord, former: () => SessionRecord | null): Uint8Array {
    try {
      const bytes = this.codec.encode(record, this.mostNodes);
      if (bytes.length <= this.limits.maxSize) return bytes;
    } catch (error) {
      if (!(error instanceof TooManyNodes)) throw error;
    }
    this.refuseGrowth(record, former());
    return this.codec.encode(record);
  }

  /** Whether a record that was encoded is within the limits. */
  allows(bytes: Uint8Array, record: () => SessionRecord): boolean {
    const { mostNodes } = this;
    if (bytes.length > this.limits.maxSize) return false;
    // A value takes a byte at least: few have to be counted.
    return bytes.length <= mostNodes || nodesOf(record(), mostNodes) <= mostNodes;
  }

  /**
   * What belongs to the login and its times does not count as growth: a session that is too large may still be used.
   *
   * @throws SessionTooLargeError
   */
  refuseGrowth(record: SessionRecord, former: SessionRecord | null): void {
    const { maxSize } = this.limits;
    const most = former === null ? this.mostNodes : Math.max(this.mostNodes, nodesOf(former));
    try {
      const content = this.codec.encode(contentOf(record), most).length;
      const size = this.codec.encode(record).length;
      if (size <= maxSize) return;
      if (former !== null && content <= this.codec.encode(contentOf(former)).length) return;
      throw tooLarge(record.data, size, maxSize, this.codec);
    } catch (error) {
      if (!(error instanceof TooManyNodes)) throw error;
      throw this.#tooManyNodes(record, most);
    }
  }

  #tooManyNodes({ data }: SessionRecord, most: number): SessionTooLargeError {
    const { maxNodes, maxSize } = this.limits;
    const problem =
      maxNodes === null
        ? `takes more than ${String(maxSize)} bytes, which is what SESSION_MAX_SIZE (maxSize) allows`
        : `holds more than ${String(most)} values, and SESSION_MAX_NODES (maxNodes) allows ${String(maxNodes)}`;
    return tooLargeFor(problem, data, this.codec, most);
  }
}

/**
 * The error for a session over the limit, which names the keys that take most of it. Sizes in bytes.
 *
 * @param limit where it is not that of stored sessions.
 */
export function tooLarge(
  data: Record<string, unknown>,
  size: number,
  maxSize: number,
  codec: RecordCodec,
  limit = `SESSION_MAX_SIZE (maxSize) allows ${String(maxSize)}`,
): SessionTooLargeError {
  return tooLargeFor(`takes ${String(size)} bytes, and ${limit}`, data, codec);
}

/** @param most values of a key that are looked at */
function tooLargeFor(
  problem: string,
  data: Record<string, unknown>,
  codec: RecordCodec,
  most = Infinity,
): SessionTooLargeError {
  const largest = Object.entries(data)
    .map(([key, value]) => ({ key, bytes: sizeOf(value, codec, most) }))
    .sort((a, b) => (a.bytes === b.bytes ? 0 : b.bytes - a.bytes))
    .slice(0, NAMED_KEYS)
    .map(({ key, bytes }) => {
      const size = bytes === Infinity ? `more than ${String(most)} values` : `${String(bytes)} bytes`;
      return `${oneLine(key, SHOWN_OF_KEY)} (${size})`;
    });
  return new SessionTooLargeError(
    `The session ${problem}. Largest keys: ${largest.join(', ')}. Keep large things elsewhere and their ids in the session.`,
  );
}

/** Infinity: it has more values than that. */
function sizeOf(value: unknown, codec: RecordCodec, most: number): number {
  try {
    return codec.sizeOf(value, most);
  } catch (error) {
    if (error instanceof TooManyNodes) return Infinity;
    throw error;
  }
}

/** As many as a serializer finds in {@link contentOf}: besides the values there is the time. */
function nodesOf({ data, flashes }: SessionRecord, most = Infinity): number {
  const nodes = 1 + nodesIn(data, most);
  return flashes.length === 0 ? nodes : nodes + nodesIn(flashes, most);
}

/** What a session holds, without what is known of it. */
function contentOf({ data, flashes }: SessionRecord): SessionRecord {
  return { data, flashes, createdAt: 0, rotatedAt: 0, permanent: false, auth: null };
}
