import { isExtras } from '../../session/record.js';
import type { RememberRow } from './remember-store.js';

/** Neither the clock nor `remember.duration` can exceed this; a later time would be rejected by a store, or never end. */
const LATEST = 8_640_000_000_000_000;

/** The stored form of a row: JSON, which preserves everything in it. */
export function writeRow(row: RememberRow): Uint8Array {
  return Buffer.from(JSON.stringify(row), 'utf8');
}

/** Null: it is not a complete row. A partly readable login is not remembered. */
export function readRow(bytes: Uint8Array): RememberRow | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
  return isRow(value) ? value : null;
}

function isRow(value: unknown): value is RememberRow {
  return faultIn(value) === null;
}

/** The name of a row's invalid field; null: it is valid. */
export function faultIn(value: unknown): keyof RememberRow | 'row' | null {
  if (!isObject(value)) return 'row';
  for (const [name, isRight] of fields) if (!isRight(value[name])) return name;
  return null;
}

const fields = Object.entries({
  userId: (value) => (typeof value === 'string' && value !== '') || Number.isFinite(value),
  validator: isText,
  previous: (value) => value === null || (isObject(value) && isText(value['validator']) && isText(value['successor'])),
  rotatedAt: isTime,
  isShown: (value) => typeof value === 'boolean',
  createdAt: isTime,
  epoch: (value) => value === undefined || isTime(value),
  expiresAt: isTime,
  duration: isTimeout,
  idleTimeout: (value) => value === undefined || value === null || isTimeout(value),
  absoluteTimeout: (value) => value === undefined || value === null || isTimeout(value),
  forced: (value) => value === undefined || value === true,
  extras: (value) => value === undefined || isExtras(value),
} satisfies Record<keyof RememberRow, (value: unknown) => boolean>) as [
  keyof RememberRow,
  (value: unknown) => boolean,
][];

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LATEST;
}

function isTimeout(value: unknown): boolean {
  return isTime(value) && value !== 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
