const units: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/**
 * A duration in milliseconds: a number, or a string of digits, means seconds; `500ms`, `30s`, `15m`, `2h`, `31d` and `2w` name
 * their unit. `null` if it is invalid, negative, or too large to be exact.
 */
export function parseDuration(value: number | string): number | null {
  if (typeof value === 'number') return exact(value * 1000);
  const match = /^([0-9]{1,16}(?:\.[0-9]{1,9})?) ?(ms|[smhdw])?$/.exec(value.trim().toLowerCase());
  return match === null ? null : exact(Number(match[1]) * (units.get(match[2] ?? 's') ?? Number.NaN));
}

/** Milliseconds as the shortest string that {@link parseDuration} reads back, e.g. `15m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const [unit, factor] = [...units].findLast(([name, length]) => name !== 'w' && ms % length === 0) ?? ['ms', 1];
  return `${String(ms / factor)}${unit}`;
}

function exact(ms: number): number | null {
  const whole = Math.round(ms);
  return ms >= 0 && Number.isSafeInteger(whole) ? whole : null;
}
