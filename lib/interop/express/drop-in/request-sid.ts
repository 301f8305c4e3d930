import { cookieValues } from '../../../cookie/cookie-header.js';
import { type SidSecret, unsignSid } from '../connect-sid.js';
import type { SessionRequest } from './request.js';
import { warnOnce } from './warn-once.js';

/** The session id that the request's cookie was signed with. Of several cookies of the name, the first that was signed. */
export function sidOf(req: SessionRequest, name: string, secrets: readonly SidSecret[]): string | undefined {
  for (const value of cookieValues(req.headers.cookie, name)) {
    const unsigned = unsignSid(decoded(value), secrets);
    if (unsigned !== null) return unsigned.id;
  }
  return fromCookieParser(req, name, secrets);
}

/** Where a middleware has read the cookies, and has left none in the headers. */
function fromCookieParser(req: SessionRequest, name: string, secrets: readonly SidSecret[]): string | undefined {
  const signed = own(req.signedCookies, name);
  const plain = own(req.cookies, name);
  const sid =
    typeof signed === 'string' && signed !== ''
      ? signed
      : typeof plain === 'string'
        ? unsignSid(plain, secrets)?.id
        : undefined;
  if (sid !== undefined) {
    warnOnce('cookie-parser', 'The session cookie was found in req.cookies alone. Leave it in req.headers.cookie.');
  }
  return sid;
}

function own(cookies: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return cookies && Object.hasOwn(cookies, name) ? cookies[name] : undefined;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Nobody who encodes wrote it: its signature tells.
    return value;
  }
}
