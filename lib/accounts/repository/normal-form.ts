import { domainToASCII, domainToUnicode } from 'node:url';
import { isWellFormed } from '../../config/well-formed.js';

/**
 * The version of the normal forms. Every key begins with it, so that keys of a later one never equal those of this one by accident, and
 * rows that still have to be converted can be told apart.
 */
export const normalFormVersion = '1';

/** What a key says apart from its version. */
export function withoutVersion(key: string): string {
  return key.slice(normalFormVersion.length + 1);
}

/** An address, and the key to find it by. @publicApi */
export interface NormalEmail {
  readonly email: string;
  /** Equal for two spellings of one address: the domain in ASCII, all in lower case. Dots and suffixes after a `+` are kept. */
  readonly key: string;
}

/** A username, and the key to find it by. @publicApi */
export interface NormalUsername {
  readonly username: string;
  /** Equal for two spellings that readers would take for one: NFKC, in lower case. */
  readonly key: string;
}

/** RFC 5321, 4.5.3.1. In bytes. */
const longestLocalPart = 64;
const longestEmail = 254;
const longestDomain = 253;

/** What RFC 5322 allows without quotes, and letters, marks, digits and symbols of all languages (RFC 6532). */
const localPart = /^(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]|[^\p{ASCII}\p{C}\p{Z}])+$/u;
/** Before the conversion, which parses URLs: it would decode `%40`, and cut at `/`, `?`, `#` and `:`. */
const domainText = /^(?:[A-Za-z0-9.-]|[^\p{ASCII}\p{Cc}\p{Cs}\p{Z}])+$/u;
/** Invisible, as `\u034f` and the Hangul fillers, some of which count as letters and marks. */
const ignorable = /\p{Default_Ignorable_Code_Point}/u;
const domainAscii = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** What the conversion makes of `0x7f.1`, too. No domain ends in a number. */
const endsInNumber = /(?:^|\.)\d+$/;

/**
 * The normal form of an email address; null: it is not valid, or has characters that are easily mistaken for others, such as the full-width
 * `＠`.
 *
 * @publicApi
 */
export function normalEmail(input: unknown): NormalEmail | null {
  if (typeof input !== 'string' || input.length > 4 * longestEmail || !isWellFormed(input)) return null;
  const trimmed = input.trim().normalize('NFC');
  const at = trimmed.lastIndexOf('@');
  const local = trimmed.slice(0, Math.max(at, 0));
  const typed = trimmed.slice(at + 1);
  if (!localPart.test(local) || !domainText.test(typed) || hidesAscii(local) || ignorable.test(local)) return null;
  const ascii = domainToASCII(typed).toLowerCase();
  if (ascii.length > longestDomain || !domainAscii.test(ascii) || endsInNumber.test(ascii)) return null;
  if (Buffer.byteLength(local) > longestLocalPart) return null;
  if (Buffer.byteLength(local) + 1 + ascii.length > longestEmail) return null;
  // Mail software may convert a domain without the mapping of characters, and reach another one.
  const domain = isAscii(typed) ? typed : domainToUnicode(ascii);
  return { email: `${local}@${domain}`, key: `${normalFormVersion}:${lowerCase(local)}@${ascii}` };
}

/** @publicApi */
export interface UsernameLength {
  /** The minimum number of characters. Default: 4. */
  readonly min?: number;
  /** The maximum number of characters, at most 64. Default: 32. */
  readonly max?: number;
}

/** Letters, digits, and between them `.`, `_` and `-`. No `@`: a username never looks like an address. */
const usernameText = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[._-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*$/u;
const longestUsername = 64;

/**
 * The normal form of a username; null: it is not valid.
 *
 * @publicApi
 */
export function normalUsername(input: unknown, { min = 4, max = 32 }: UsernameLength = {}): NormalUsername | null {
  if (typeof input !== 'string' || input.length > 16 * longestUsername || !isWellFormed(input)) return null;
  const username = input.trim().normalize('NFC');
  const length = Array.from(username).length;
  if (length < min || length > Math.min(max, longestUsername) || !usernameText.test(username)) return null;
  const compatible = username.normalize('NFKC');
  // A character such as `℀` (a/c) contains what is not allowed by itself.
  if (!usernameText.test(compatible) || ignorable.test(username)) return null;
  return { username, key: `${normalFormVersion}:${lowerCase(compatible)}` };
}

/** Whether a character that is not ASCII contains one that is no letter or digit, such as `＠`, `﹫`, `．` or `℀`. */
function hidesAscii(text: string): boolean {
  for (const character of text) {
    if (!isAscii(character) && /[^\P{ASCII}A-Za-z0-9]/u.test(character.normalize('NFKC'))) return true;
  }
  return false;
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

/** Lower case may take the result out of NFC. Not upper case first: it would make `ı` and `i` one letter. */
function lowerCase(text: string): string {
  return text.toLowerCase().normalize('NFC');
}
