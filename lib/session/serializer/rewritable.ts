import { types } from 'node:util';
import { MAX_DEPTH } from './storable.js';

/**
 * Whether a value that was decoded can be written again. Bytes of somebody else may hold what no session can be saved with:
 * they are no record, or every save would fail until the session has expired.
 *
 * It looks for what a decoder lets through, and nothing else: this is on the path of every request that reads.
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
