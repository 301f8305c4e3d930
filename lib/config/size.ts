const units: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', 1024],
  ['mb', 1024 ** 2],
  ['gb', 1024 ** 3],
]);

/**
 * A size in bytes: a number, or a string of digits, means bytes; `4kb`, `1mb` and `1gb` are multiples of 1024. `null` if it is
 * invalid, negative, or too large to be exact.
 */
export function parseSize(value: number | string): number | null {
  if (typeof value === 'number') return exact(value);
  const match = /^([0-9]{1,16}(?:\.[0-9]{1,9})?) ?([kmg]?b)?$/.exec(value.trim().toLowerCase());
  return match === null ? null : exact(Number(match[1]) * (units.get(match[2] ?? 'b') ?? Number.NaN));
}

/** Bytes as the shortest string that {@link parseSize} reads back, e.g. `4kb`. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0b';
  const [unit, factor] = [...units].findLast(([, length]) => bytes % length === 0) ?? ['b', 1];
  return `${String(bytes / factor)}${unit}`;
}

function exact(bytes: number): number | null {
  return bytes >= 0 && Number.isSafeInteger(bytes) ? bytes : null;
}
