import { randomBytes } from 'node:crypto';

/** A record as stored in Keyv: only values that every serialiser and adapter returns unchanged. */
export interface Entry {
  readonly version: string;
  /** When it expires, in ms since the epoch: adapters round the time to live differently. */
  readonly expiresAt: number;
  /** The record in base64. */
  readonly record: string;
}

export function toEntry(bytes: Uint8Array, expiresAt: number): Entry {
  return { version: randomBytes(12).toString('base64url'), expiresAt, record: Buffer.from(bytes).toString('base64') };
}

/** `null` if it is not an entry of this store. */
export function parseEntry(value: unknown): Entry | null {
  if (typeof value !== 'object' || value === null) return null;
  const { version, expiresAt, record } = value as Partial<Record<keyof Entry, unknown>>;
  if (typeof version !== 'string' || typeof expiresAt !== 'number' || typeof record !== 'string') return null;
  return { version, expiresAt, record };
}

export function bytesOf({ record }: Entry): Uint8Array {
  return new Uint8Array(Buffer.from(record, 'base64'));
}
