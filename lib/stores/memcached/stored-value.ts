import { hash } from 'node:crypto';

/**
 * The layout of a stored value: the owner, if any, then the record's bytes.
 *
 * | bytes | what |
 * | --- | --- |
 * | 1 | 0 for a record without an owner, 1 for one with an owner |
 * | 32 | the SHA-256 of the owner, if there is one |
 * | … | the record |
 */
export interface StoredValue {
  /** The owner's hash, in base64url. */
  readonly owner: string | null;
  readonly bytes: Uint8Array;
}

const hashSize = 32;

export function ownerHash(owner: string): string {
  return hash('sha256', owner, 'base64url');
}

export function encodeValue({ owner, bytes }: StoredValue): Buffer {
  const head = owner === null ? Buffer.of(0) : Buffer.concat([Buffer.of(1), Buffer.from(owner, 'base64url')]);
  return Buffer.concat([head, bytes]);
}

/** `null` if this store did not write it. */
export function decodeValue(value: Buffer): StoredValue | null {
  switch (value[0]) {
    case 0:
      return { owner: null, bytes: value.subarray(1) };
    case 1:
      if (value.length < 1 + hashSize) return null;
      return { owner: value.toString('base64url', 1, 1 + hashSize), bytes: value.subarray(1 + hashSize) };
    default:
      return null;
  }
}
