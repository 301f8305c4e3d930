import { isBlank } from '../../config/kinds/text.js';
import { decoded } from '../../config/decoded.js';
import { signSid, unsignSid } from './connect-sid.js';

/** The secrets with which an Express application signs its session cookie. @publicApi */
export interface ExpressKeys {
  /** The option `secret` of express-session; of an array, the first. A string is encoded as UTF-8, bytes are used as they are. */
  readonly secretKey: string | Uint8Array;
  /** The rest of that array: former secrets, which only verify. Default: none. */
  readonly fallbacks?: readonly (string | Uint8Array)[] | undefined;
}

/** Browsers drop larger cookies. */
const longestCookie = 4096;

/**
 * The value of the session cookie that express-session would send for this session id: signed and percent-encoded, as in the
 * header (`s%3A…`).
 *
 * @throws RangeError for an id that could not be read back: an empty one, one with a lone surrogate, one that is too long for a
 *   cookie; and for an empty secret.
 * @throws TypeError if the fallbacks are not an array.
 * @publicApi
 */
export function encodeExpressCookie(id: string, keys: ExpressKeys): string {
  const [secret] = secretsOf(keys);
  const signed = signSid(id, secret);
  const value = unsignSid(signed, [secret]) === null ? '' : encodeURIComponent(signed);
  if (value === '' || value.length > longestCookie) {
    throw new RangeError('A session id must be a non-empty, well-formed string that fits into a cookie.');
  }
  return value;
}

/**
 * The session id in an express-session cookie; `null` if there is none, or if it was not signed with these keys. Accepts the
 * value as the browser sent it, or decoded (`s:…`). Never throws for a value.
 *
 * @throws RangeError for an empty secret, TypeError if the fallbacks are not an array.
 * @publicApi
 */
export function decodeExpressCookie(value: string | undefined, keys: ExpressKeys): string | null {
  return readExpressCookie(value, secretsOf(keys));
}

/** The secrets of an application, the current one first. @throws RangeError, TypeError */
export function secretsOf({ secretKey, fallbacks = [] }: ExpressKeys): [current: Secret, ...fallbacks: Secret[]] {
  const given: unknown = fallbacks;
  // Iterated, a string would become secrets of one character each.
  if (!Array.isArray(given)) throw new TypeError('The fallbacks must be an array of secrets.');
  const secrets: [Secret, ...Secret[]] = [secretKey, ...fallbacks];
  if (secrets.some(isBlank)) throw new RangeError('A secret key must not be empty.');
  return secrets;
}

export function readExpressCookie(value: string | undefined, secrets: readonly Secret[]): string | null {
  if (typeof value !== 'string' || value.length > longestCookie) return null;
  const unsigned = unsignSid(value, secrets) ?? unsignSid(decoded(value), secrets);
  return unsigned?.id ?? null;
}

type Secret = string | Uint8Array;
