import { createHash } from 'node:crypto';

/** The hash in the names of cachelib's files: SHA-256 today, MD5 in old versions. @publicApi */
export type CachelibHash = 'sha256' | 'md5';

const headLength = 4;
const lastTime = 0xffff_ffff;

/** The name of the file under which cachelib's FileSystemCache keeps `key`. @publicApi */
export function cachelibFileName(key: string, hash: CachelibHash = 'sha256'): string {
  return createHash(hash).update(key, 'utf8').digest('hex');
}

/**
 * The content of a file of cachelib's FileSystemCache after its header; `null` if it has expired, or is not such a file. The
 * content is a pickle, unless cachelib was given another serializer.
 *
 * @param now in seconds. Default: the system clock.
 * @publicApi
 */
export function decodeCachelibFile(bytes: Uint8Array, now: number = Date.now() / 1000): Uint8Array | null {
  if (bytes.length < headLength) return null;
  const expiry = Buffer.from(bytes.buffer, bytes.byteOffset, headLength).readUInt32LE();
  return expiry === 0 || expiry >= now ? bytes.subarray(headLength) : null;
}

/**
 * A file of cachelib's FileSystemCache.
 *
 * @param expiry in seconds since 1970; 0 is never.
 * @throws RangeError for a time that the format cannot represent.
 * @publicApi
 */
export function encodeCachelibFile(body: Uint8Array, expiry: number): Uint8Array {
  if (!(expiry >= 0 && expiry <= lastTime)) throw new RangeError('The expiry must be in seconds since 1970.');
  const head = Buffer.alloc(headLength);
  head.writeUInt32LE(Math.floor(expiry));
  return Buffer.concat([head, body]);
}
