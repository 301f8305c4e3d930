import { formatDuration, parseDuration } from '../duration.js';
import { type OptionKind, OptionMismatch } from '../option.js';
import { formatSize, parseSize } from '../size.js';
import { type Nullable, nullable } from './nullable.js';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export interface IntegerOptions extends Bounds {
  readonly nullable?: boolean;
}

/** A whole number; `min` and `max` are inclusive. */
export function integer(options: IntegerOptions & Nullable): OptionKind<number | null>;
export function integer(options?: IntegerOptions & { readonly nullable?: false }): OptionKind<number>;
export function integer(options: IntegerOptions = {}): OptionKind<number | null> {
  const kind: OptionKind<number> = {
    expected: `a whole number${boundsText(options, String)}`,
    parse(raw, source) {
      const value = source === 'environment' && typeof raw === 'string' ? readInteger(raw) : raw;
      return typeof value === 'number' && Number.isSafeInteger(value) && within(value, options)
        ? value
        : new OptionMismatch();
    },
  };
  return options.nullable === true ? nullable(kind) : kind;
}

/** File permissions: an octal string (`600`, `0600`, `0o600`) or a number (`0o600`), up to 777. */
export function octal(): OptionKind<number, number | string> {
  return {
    expected: 'file permissions in octal, such as 0600, or the number 0o600',
    parse(raw) {
      const value = typeof raw === 'string' ? readOctal(raw) : raw;
      return typeof value === 'number' && Number.isInteger(value) && within(value, { min: 0, max: 0o777 })
        ? value
        : new OptionMismatch();
    },
  };
}

export interface DurationOptions extends Bounds {
  readonly nullable?: boolean;
  /** In milliseconds. */
  readonly min?: number;
  /** In milliseconds. */
  readonly max?: number;
}

/** A duration, in milliseconds once read: a number of seconds, or a string such as `500ms`, `30s`, `15m`, `2h`, `31d`, `2w`. */
export function duration(options: DurationOptions & Nullable): OptionKind<number | null, number | string | null>;
export function duration(
  options?: DurationOptions & { readonly nullable?: false },
): OptionKind<number, number | string>;
export function duration(options: DurationOptions = {}): OptionKind<number | null, number | string | null> {
  const kind: OptionKind<number, number | string> = {
    expected: `a duration such as 30m or 31d, or a number of seconds${boundsText(options, formatDuration)}`,
    parse: (raw) => measured(raw, parseDuration, options),
  };
  return options.nullable === true ? nullable(kind) : kind;
}

export interface SizeOptions extends Bounds {
  readonly nullable?: boolean;
  /** In bytes. */
  readonly min?: number;
  /** In bytes. */
  readonly max?: number;
}

/** A size, in bytes once read: a number of bytes, or a string such as `4kb` or `1mb` (1 kb is 1024 bytes). */
export function size(options: SizeOptions & Nullable): OptionKind<number | null, number | string | null>;
export function size(options?: SizeOptions & { readonly nullable?: false }): OptionKind<number, number | string>;
export function size(options: SizeOptions = {}): OptionKind<number | null, number | string | null> {
  const kind: OptionKind<number, number | string> = {
    expected: `a size such as 4kb or 1mb, or a number of bytes${boundsText(options, formatSize)}`,
    parse: (raw) => measured(raw, parseSize, options),
  };
  return options.nullable === true ? nullable(kind) : kind;
}

function measured(raw: unknown, parse: (value: number | string) => number | null, bounds: Bounds) {
  if (typeof raw !== 'number' && typeof raw !== 'string') return new OptionMismatch();
  const value = parse(raw);
  return value !== null && within(value, bounds) ? value : new OptionMismatch();
}

function within(value: number, { min, max }: Bounds): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

function boundsText({ min, max }: Bounds, format: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `, from ${format(min)} to ${format(max)}`;
  if (min !== undefined) return `, ${format(min)} or more`;
  return max === undefined ? '' : `, ${format(max)} or less`;
}

/** Number() would also accept hexadecimal, exponents and the empty string. */
function readInteger(raw: string): number | null {
  const digits = raw.trim();
  return /^[+-]?[0-9]{1,16}$/.test(digits) ? Number(digits) : null;
}

function readOctal(raw: string): number | null {
  const digits = /^(?:0o)?([0-7]{1,4})$/i.exec(raw.trim())?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}
