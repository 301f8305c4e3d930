import { isBlank } from '../../config/kinds/text.js';
import { signSid, unsignSid } from './connect-sid.js';

/** The secrets that an Express application signs its session cookie with. @publicApi */
export interface ExpressKeys {
  /** The option `secret` of express-session; of a list of them, the first. A text is used in UTF-8, bytes as they are. */
  readonly secretKey: string | Uint8Array;
  /** The rest of that list: former secrets, which verify and never sign. Default: none. */
  readonly fallbacks?: readonly (string | Uint8Array)[] | undefined;
}

/** Browsers drop a cookie of more than this. */
const longestCookie = 4096;

/**
 * The value of the session cookie that express-session would send for this session id: signed, and percent-encoded as it
 * stands in the header (`s%3A…`).
 *
 * @throws RangeError for an id that could not be read back: an empty one, one with half a character, one that is too long for a
 *   cookie; and for an empty secret.
 * @throws TypeError if the fallbacks are no list.
 * @publicApi
 */
export function encodeExpressCookie(id: string, keys: ExpressKeys): string {
  const [secret] = secretsOf(keys);
  const signed = signSid(id, secret);
  const value = unsignSid(signed, [secret]) === null ? '' : encodeURIComponent(signed);
  if (value === '' || value.length > longestCookie) {
    throw new RangeError('A session id must be whole characters, at least one, and no more than a cookie can hold.');
  }
  return value;
}

/**
 * The session id in a session cookie of express-session; `null` where there is none, or it was not signed with these keys.
 * Takes the value as the browser sends it, or decoded (`s:…`). Whatever the value is, it does not throw.
 *
 * @throws RangeError for an empty secret, TypeError if the fallbacks are no list.
 * @publicApi
 */
export function decodeExpressCookie(value: string | undefined, keys: ExpressKeys): string | null {
  return readExpressCookie(value, secretsOf(keys));
}

/** The secrets of an application, the current one first. @throws RangeError, TypeError */
export function secretsOf({ secretKey, fallbacks = [] }: ExpressKeys): [current: Secret, ...fallbacks: Secret[]] {
  const given: unknown = fallbacks;
  // As a list, a text would be as many secrets of one character each.
  if (!Array.isArray(given)) throw new TypeError('The fallbacks must be a list of secrets.');
  const secrets: [Secret, ...Secret[]] = [secretKey, ...fallbacks];
  if (secrets.some(isBlank)) throw new RangeError('A secret key must not be empty.');
  return secrets;
}

export function readExpressCookie(value: string | undefined, secrets: readonly Secret[]): string | null {
  if (typeof value !== 'string' || value.length > longestCookie) return null;
  const unsigned = unsignSid(value, secrets) ?? unsignSid(percentDecoded(value), secrets);
  return unsigned?.id ?? null;
}

type Secret = string | Uint8Array;

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Nobody who encodes wrote it: it is no cookie of express-session's.
    return '';
  }
}
