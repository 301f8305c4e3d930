import { ForbiddenException } from '@nestjs/common';

/** Why `CsrfGuard` refused a request; `code` of the body. @publicApi */
export type CsrfRefusal =
  /** The browser says that a page of another site sent it, or one of another host of this site. */
  | 'CSRF_CROSS_SITE'
  /** It has an origin that is not this application's, or one that the browser keeps to itself, and no token. */
  | 'CSRF_FOREIGN_ORIGIN'
  /** Nothing says where it comes from, or `csrf.mode` is `token`, and it has no token. */
  | 'CSRF_TOKEN_MISSING'
  /** It has a token that was not made for this session, or before its last login. */
  | 'CSRF_TOKEN_INVALID';

const messages: Readonly<Record<CsrfRefusal, string>> = {
  CSRF_CROSS_SITE:
    'This request was sent by a page of another site. Send it from the site itself. (If that page may send it: csrf.trustedOrigins.)',
  CSRF_FOREIGN_ORIGIN:
    'This request was sent by a page of another origin. Send it from the site itself. (If that page may send it: csrf.trustedOrigins. If a proxy stands before the server: publicUrl. If the page has no referrer: send a CSRF token.)',
  CSRF_TOKEN_MISSING: 'This request has no CSRF token. Load the page with the form again, and send it from there.',
  CSRF_TOKEN_INVALID:
    'The CSRF token of this request does not belong to the session (any more). Load the page with the form again, and send it from there.',
};

/**
 * A request that another site may have sent in its visitor's name. Answered with a 403; catch it in an exception filter to
 * show a page of your own, such as the form again.
 *
 * @publicApi
 */
export class CsrfRefusedException extends ForbiddenException {
  constructor(readonly code: CsrfRefusal) {
    super({ statusCode: 403, error: 'Forbidden', code, message: messages[code] });
  }
}
