import { oneLine } from '../config/quote.js';
import { SessionTooLargeError } from '../errors.js';
import type { RecordCodec } from './record-codec.js';
import type { SessionRecord } from './record.js';
import { TooManyNodes } from './serializer/storable.js';
import { nodesIn } from './serializer/nodes.js';

const NAMED_KEYS = 3;

/** How much of a key is shown, in characters: it may come from the client. */
const SHOWN_OF_KEY = 40;

/** The limits of a session. */
export interface SizeLimits {
  /** The size of a record, in bytes. */
  readonly maxSize: number;
  /** The number of values in a record, at any depth; null: limited by the bytes only. */
  readonly maxNodes: number | null;
}

/**
 * Keeps sessions from growing beyond the limits. One that is already larger, from when the limits were higher, may stay and
 * shrink.
 */
export class SessionSize {
  constructor(
    private readonly codec: RecordCodec,
    private readonly limits: SizeLimits,
  ) {}

  /** The most values that a record may have: each takes at least a byte. */
  get mostNodes(): number {
    return this.limits.maxNodes ?? this.limits.maxSize;
  }

  /**
   * Encodes a record.
   *
   * @param former what was stored before; null: nothing.
   * @throws SessionTooLargeError if it exceeds the limits and is larger than before
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

  /** Whether an encoded record is within the limits. */
  allows(bytes: Uint8Array, record: () => SessionRecord): boolean {
    const { mostNodes } = this;
    if (bytes.length > this.limits.maxSize) return false;
    // Each value takes at least a byte, so counting is seldom needed.
    return bytes.length <= mostNodes || nodesOf(record(), mostNodes) <= mostNodes;
  }

  /**
   * The login and its times do not count as growth: a session that is too large may still be used.
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
        ? `takes more than ${String(maxSize)} bytes, the limit of SESSION_MAX_SIZE (maxSize)`
        : `holds more than ${String(most)} values, and SESSION_MAX_NODES (maxNodes) allows ${String(maxNodes)}`;
    return tooLargeFor(problem, data, this.codec, most);
  }
}

/**
 * The error for a session over the limit, which names its largest keys. Sizes in bytes.
 *
 * @param limit if it is not that of stored sessions.
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

/** @param most how many values of a key are counted */
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
    `The session ${problem}. Largest keys: ${largest.join(', ')}. Store large values elsewhere and keep their ids in the session.`,
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

/** As a serializer counts them in {@link contentOf}: the values and the time. */
function nodesOf({ data, flashes }: SessionRecord, most = Infinity): number {
  const nodes = 1 + nodesIn(data, most);
  return flashes.length === 0 ? nodes : nodes + nodesIn(flashes, most);
}

/** The content of a session without its metadata. */
function contentOf({ data, flashes }: SessionRecord): SessionRecord {
  return { data, flashes, createdAt: 0, rotatedAt: 0, permanent: false, auth: null };
}
