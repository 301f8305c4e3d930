import type { PreviousToken, RememberRow } from './remember-store.js';

/** A row as it is stored: JSON, since it holds nothing that JSON would change. */
export function writeRow(row: RememberRow): Uint8Array {
  return Buffer.from(JSON.stringify(row), 'utf8');
}

/** Null: it is no row, wholly. A login that is half readable is not remembered. */
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
  if (!isObject(value)) return false;
  const { userId, validator, previous, isShown, idleTimeout, absoluteTimeout, forced } = value;
  return (
    (typeof userId === 'string' || typeof userId === 'number') &&
    typeof validator === 'string' &&
    (previous === null || isPrevious(previous)) &&
    typeof isShown === 'boolean' &&
    [value['rotatedAt'], value['createdAt'], value['expiresAt'], value['duration']].every(Number.isFinite) &&
    [idleTimeout, absoluteTimeout].every((time) => time === undefined || time === null || Number.isFinite(time)) &&
    (forced === undefined || forced === true)
  );
}

function isPrevious(value: unknown): value is PreviousToken {
  return isObject(value) && typeof value['validator'] === 'string' && typeof value['successor'] === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
