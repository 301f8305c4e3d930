/**
 * Encodes records as bytes and decodes them. Encoding must be deterministic: a decoded, unchanged value must encode to the same
 * bytes, since that is how changes are detected.
 *
 * @publicApi
 */
export interface Serializer {
  /**
   * @param record an envelope with a few short keys around the session's values.
   * @throws SessionValueError naming the key path of a value that would not be restored as it was.
   */
  encode(record: Readonly<Record<string, unknown>>): Uint8Array;
  /**
   * Returns the value, sharing no memory with `bytes`. Throws on bytes of another format.
   *
   * @param bytes always a Buffer, whatever the store returned.
   */
  decode(bytes: Uint8Array): unknown;
}
