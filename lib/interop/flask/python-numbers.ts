import { FlaskFloat } from './python-values.js';
import { Unreadable } from './unreadable.js';

/** Python's limit, because parsing takes time quadratic in the digits. */
const mostDigits = 4300;
const tooLarge = 10n ** BigInt(mostDigits);

/** Whether Python has this number as an `int`; otherwise it is a `float`. */
export function isPythonInt(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

export function isTooLong(value: bigint): boolean {
  return value >= tooLarge || value <= -tooLarge;
}

/** An `int` from its digits: a number if that is exact, otherwise a bigint. */
export function readInt(digits: string): number | bigint {
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  if (digits.length > mostDigits) throw new Unreadable('A number has too many digits.');
  return BigInt(digits);
}

/** A `float`, wrapped if JavaScript could not tell it from an `int`. */
export function boxFloat(value: number): number | FlaskFloat {
  return isPythonInt(value) ? new FlaskFloat(value) : value;
}

export function numberText(value: number): string {
  return isPythonInt(value) ? String(value) : floatText(value);
}

/** As Python's `repr` writes it: always with a point or an exponent, and the exponent with at least two digits. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}Infinity`;
  const [mantissa = '', power = ''] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
