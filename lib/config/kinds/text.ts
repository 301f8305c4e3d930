import { type OptionKind, OptionMismatch } from '../option.js';
import { parseUrl } from '../parse-url.js';
import { type Nullable, nullable } from './nullable.js';

export interface TextOptions {
  readonly nullable?: boolean;
  /** What the whole string must match; any string if omitted. */
  readonly pattern?: RegExp;
  /** Completes the sentence "expected …". */
  readonly expected?: string;
}

/** A string, unchanged. */
export function text(options: TextOptions & Nullable): OptionKind<string | null>;
export function text(options?: TextOptions & { readonly nullable?: false }): OptionKind<string>;
export function text(options: TextOptions = {}): OptionKind<string | null> {
  const { pattern } = options;
  const whole =
    pattern === undefined ? /^/ : new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, ''));
  const kind: OptionKind<string> = {
    expected: options.expected ?? (pattern === undefined ? 'a string' : `a string that matches ${String(pattern)}`),
    parse(raw, source) {
      // A ConfigService may have converted a string of digits to a number.
      const value = source === 'environment' && typeof raw === 'number' ? String(raw) : raw;
      if (typeof value !== 'string') return new OptionMismatch();
      return whole.test(value) ? value : new OptionMismatch();
    },
  };
  return options.nullable === true ? nullable(kind) : kind;
}

/** Whether it is no secret at all: empty or only white space, as from a variable that was never set. */
export function isBlank(secret: string | Uint8Array): boolean {
  return typeof secret === 'string' ? secret.trim() === '' : secret.length === 0;
}

/** A secret: a non-empty string or bytes. Declare its option with `secret: true`, so that no message shows it. */
export function secret(): OptionKind<string | Uint8Array> {
  return {
    expected: 'a non-empty string or bytes',
    parse(raw) {
      const usable = typeof raw === 'string' || raw instanceof Uint8Array;
      return usable && !isBlank(raw) ? raw : new OptionMismatch();
    },
  };
}

export interface UrlOptions {
  readonly nullable?: boolean;
}

/** An absolute URL with one of `protocols`, given without the colon, e.g. `redis`. The string is returned unchanged. */
export function url(protocols: readonly string[], options: UrlOptions & Nullable): OptionKind<string | null>;
export function url(
  protocols: readonly string[],
  options?: UrlOptions & { readonly nullable?: false },
): OptionKind<string>;
export function url(protocols: readonly string[], options: UrlOptions = {}): OptionKind<string | null> {
  const allowed = new Set(protocols.map((protocol) => `${protocol.replace(/:$/, '')}:`));
  const kind: OptionKind<string> = {
    expected: `a URL that begins with ${[...allowed].map((protocol) => `${protocol}//`).join(' or ')}`,
    parse(raw) {
      if (typeof raw !== 'string') return new OptionMismatch();
      const address = raw.trim();
      return allowed.has(parseUrl(address)?.protocol ?? '') ? address : new OptionMismatch();
    },
  };
  return options.nullable === true ? nullable(kind) : kind;
}
