import { types } from 'node:util';
import { MAX_DEPTH } from './storable.js';

/**
 * Whether a decoded value can be encoded again. Bytes from elsewhere may hold values that cannot be saved: they are rejected as
 * a record, or every save would fail until the session expired.
 *
 * Checks only what a decoder may return, since every request that reads runs it.
 *
 * @param finite whether numbers must be
 */
export function isRewritable(value: unknown, finite: boolean): boolean {
  return typeof value !== 'object' || value === null || isShallow(value, finite, MAX_DEPTH + 1);
}

function isShallow(value: object, finite: boolean, levels: number): boolean {
  if (levels < 0) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) {
    const plain = value as Record<string, unknown>;
    for (const key in plain) if (!isPart(plain[key], finite, levels)) return false;
  } else if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
    for (const part of value) if (!isPart(part, finite, levels)) return false;
  } else {
    return !types.isNativeError(value);
  }
  return true;
}

function isPart(part: unknown, finite: boolean, levels: number): boolean {
  if (typeof part === 'object') return part === null || isShallow(part, finite, levels - 1);
  return !finite || typeof part !== 'number' || Number.isFinite(part);
}
