/**
 * How a record becomes bytes and comes back. Encoding is deterministic: what was decoded and not changed encodes to the
 * same bytes, since that is how a change is seen.
 *
 * @publicApi
 */
export interface Serializer {
  /**
   * @param record an envelope with a few short keys around the session's values.
   * @throws SessionValueError naming the key path of a value that would not come back as it went in.
   */
  encode(record: Readonly<Record<string, unknown>>): Uint8Array;
  /**
   * The value, sharing no memory with `bytes`. Throws on bytes that are not this format.
   *
   * @param bytes a Buffer, whatever the store handed out.
   */
  decode(bytes: Uint8Array): unknown;
}

/** The same bytes as a Buffer, without a copy: what a decoder makes of bytes may depend on their type. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
