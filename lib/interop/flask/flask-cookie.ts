import { deflateSync, inflateSync } from 'node:zlib';
import { SessionTooLargeError } from '../../errors.js';
import { FlaskSigner, type FlaskKeys, fromBase64url } from './signer.js';
import type { FlaskData } from './storable-values.js';
import { readTaggedJson, writeTaggedJson } from './tagged-json.js';
import { Unreadable } from './unreadable.js';

export interface EncodeFlaskCookieOptions extends FlaskKeys {
  /** The time of issue, in whole seconds since 1970. Default: the system clock. */
  readonly now?: number | undefined;
}

export interface DecodeFlaskCookieOptions extends EncodeFlaskCookieOptions {
  /** `PERMANENT_SESSION_LIFETIME`, in seconds; older cookies are rejected. Default: 31 days. */
  readonly maxAge?: number | undefined;
}

/** The content of a cookie, with its time of issue in seconds; `null`: not signed with these keys, or expired. */
export type CookieReading = { readonly data: FlaskData; readonly issued: number } | { readonly refused: string } | null;

const salt = 'cookie-session';
const defaultMaxAge = 31 * 86_400;

/** A compressed cookie may expand a thousandfold: no legitimate session is larger than this. */
const mostJson = 1_048_576;
const longestCookie = mostJson * 1.5;

/**
 * The value of the session cookie that Flask would write: its data as tagged JSON, compressed if that is shorter, the time of
 * issue, and a signature. Anyone can read it; only holders of the secret can change it.
 *
 * @throws SessionValueError naming the key path of a value that Flask's cookie cannot hold.
 * @throws SessionTooLargeError beyond 1 MiB, which could not be read back. Browsers drop a cookie of more than 4096 bytes.
 * @throws RangeError, TypeError for invalid options: an empty secret, fallbacks that are not an array, an invalid time.
 * @publicApi
 */
export function encodeFlaskCookie(data: Readonly<FlaskData>, options: EncodeFlaskCookieOptions): string {
  const signer = cookieSigner(options);
  const json = Buffer.from(writeTaggedJson(data), 'latin1');
  if (json.length > mostJson) {
    throw new SessionTooLargeError("Flask's cookie cannot hold a session of more than 1 MiB. Keep less in it.");
  }
  return signer.sign(`${payloadOf(json)}.${timeText(secondsOf(options.now))}`);
}

/**
 * The data of a session cookie that Flask wrote; `null` if there is none, or if it is not signed with these keys, is older than
 * `maxAge` or from the future, or cannot be read. Nothing in it is trusted before the signature is verified, and compressed
 * data is read up to 1 MiB.
 *
 * @throws RangeError, TypeError for invalid options: an empty secret, fallbacks that are not an array, an invalid time.
 * @publicApi
 */
export function decodeFlaskCookie(value: string | undefined, options: DecodeFlaskCookieOptions): FlaskData | null {
  const { maxAge, now } = options;
  const reading = readFlaskCookie(value ?? '', cookieSigner(options), maxAgeOf(maxAge), now);
  return reading !== null && 'data' in reading ? reading.data : null;
}

/** The signer of Flask's own sessions. */
export function cookieSigner(keys: FlaskKeys): FlaskSigner {
  return new FlaskSigner(keys, salt);
}

/** The maximum age of a cookie, in whole seconds. @throws RangeError */
export function maxAgeOf(maxAge: number = defaultMaxAge): number {
  if (!(maxAge >= 0)) throw new RangeError('The maximum age must be a number of seconds.');
  return Math.floor(maxAge);
}

/** Whether a value was signed with these keys, whatever its age. */
export function isFlaskCookie(value: string, signer: FlaskSigner): boolean {
  return value.length <= longestCookie && signer.unsign(value) !== null;
}

export function readFlaskCookie(value: string, signer: FlaskSigner, maxAge: number, now?: number): CookieReading {
  const seconds = secondsOf(now);
  if (value.length > longestCookie) return null;
  const signed = signer.unsign(value);
  // Split from the right: a compressed payload begins with the separator.
  const payloadEnd = signed?.lastIndexOf('.') ?? -1;
  if (signed === null || payloadEnd === -1) return null;
  const issued = timeOf(signed.slice(payloadEnd + 1));
  if (issued === null || seconds - issued > maxAge || seconds < issued) return null;
  try {
    return { data: readTaggedJson(textOf(signed.slice(0, payloadEnd))), issued };
  } catch (error) {
    if (error instanceof Unreadable) return { refused: error.message };
    throw error;
  }
}

function payloadOf(json: Buffer): string {
  const deflated = deflateSync(json);
  return deflated.length < json.length - 1 ? `.${deflated.toString('base64url')}` : json.toString('base64url');
}

function textOf(payload: string): string {
  const isDeflated = payload.startsWith('.');
  const bytes = fromBase64url(isDeflated ? payload.slice(1) : payload);
  if (bytes === null) throw new Unreadable('Its payload is not base64.');
  try {
    const json = isDeflated ? inflateSync(bytes, { maxOutputLength: mostJson }) : bytes;
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch (error) {
    throw new Unreadable('Its payload cannot be decompressed, or is too large.', { cause: error });
  }
}

/** A big-endian number without leading zeros, so that 0 has no bytes. */
function timeText(seconds: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(seconds));
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? '' : bytes.toString('base64url', first);
}

function timeOf(text: string): number | null {
  const bytes = fromBase64url(text);
  return bytes === null || bytes.length > 8 ? null : Number(`0x0${bytes.toString('hex')}`);
}

function secondsOf(now: number = Date.now() / 1000): number {
  if (!(now >= 0 && now <= Number.MAX_SAFE_INTEGER)) throw new RangeError('The time must be in seconds since 1970.');
  return Math.floor(now);
}
