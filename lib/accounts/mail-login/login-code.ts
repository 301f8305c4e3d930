import { randomBytes } from 'node:crypto';

/** Base32 (RFC 4648): no letter of it looks like one of its digits. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const length = 8;
/** Digits that are not among them, for the letters that they are taken for. */
const lookAlikes: Readonly<Record<string, string>> = { '0': 'O', '1': 'I', '8': 'B' };

/** 40 random bits. */
export function newLoginCode(): string {
  return Array.from(randomBytes(length), (byte) => letters.charAt(byte % letters.length)).join('');
}

/** A code as somebody has typed it, in its one spelling; null: it cannot be one. */
export function readLoginCode(typed: string): string | null {
  const code = typed
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replace(/[018]/g, (digit) => lookAlikes[digit] ?? digit);
  return /^[A-Z2-7]{8}$/.test(code) ? code : null;
}
