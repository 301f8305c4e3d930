import { decoded } from '../../../config/decoded.js';
import { shownCookies, type ShownCookies } from '../../../cookie/cookie-header.js';
import { type SidSecret, unsignSid } from '../connect-sid.js';
import type { SessionRequest } from './request.js';
import { warnOnce } from './warn-once.js';

/** A session id from a validly signed cookie. */
export interface ShownSid {
  readonly sid: string;
  /** Unknown: the cookie does not say. */
  readonly issuedAt: 0;
}

/** The session ids of the request's validly signed cookies of this name, in order. */
export function sidsOf(req: SessionRequest, name: string, secrets: readonly SidSecret[]): ShownCookies<ShownSid> {
  const shown = shownCookies<ShownSid>(req.headers.cookie, name, 0, (value) => {
    // Of what is not encoded correctly, the signature decides.
    const unsigned = unsignSid(decoded(value), secrets);
    return unsigned && { sid: unsigned.id, issuedAt: 0 };
  });
  if (shown.tokens.length > 0) return shown;
  const sid = fromCookieParser(req, name, secrets);
  return sid === undefined ? shown : { ...shown, tokens: [{ sid, issuedAt: 0 }] };
}

/** If a middleware has parsed the cookies and removed the header. */
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
    warnOnce('cookie-parser', 'The session cookie was found in req.cookies only. Keep it in req.headers.cookie.');
  }
  return sid;
}

function own(cookies: Readonly<Record<string, unknown>> | undefined, name: string): unknown {
  return cookies && Object.hasOwn(cookies, name) ? cookies[name] : undefined;
}
