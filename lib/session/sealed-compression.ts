import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { BrokenRecord } from './record.js';

/**
 * Measured on records of carts, 300 bytes to 8 kB: Brotli at this quality makes them 8 to 20 % smaller than DEFLATE, at about
 * the same cost; the best quality takes fifty times as long for 3 % more.
 */
const quality = 5;
/** 16 kB: covers any record that fits into cookies. */
const windowBits = 14;

export function compress(bytes: Uint8Array): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_LGWIN]: windowBits };
  return brotliCompressSync(bytes, { params });
}

/** @throws BrokenRecord if it is more than `longest` bytes, whatever it claims, or was not compressed */
export function decompress(bytes: Uint8Array, longest: number): Uint8Array {
  try {
    return brotliDecompressSync(bytes, { maxOutputLength: longest });
  } catch (error) {
    throw new BrokenRecord('It cannot be decompressed.', { cause: error });
  }
}
