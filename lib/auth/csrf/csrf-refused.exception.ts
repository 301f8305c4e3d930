import { ForbiddenException } from '@nestjs/common';

/** Why `CsrfGuard` rejected a request; `code` in the body. @publicApi */
export type CsrfRefusal =
  /** The browser says that a page of another site, or of another host of this site, sent it. */
  | 'CSRF_CROSS_SITE'
  /** It has an origin that is not this application's, or a hidden one, and no token. */
  | 'CSRF_FOREIGN_ORIGIN'
  /** Nothing says where it comes from, or `csrf.mode` is `token`, and it has no token. */
  | 'CSRF_TOKEN_MISSING'
  /** It has a token that was not made for this session, or before its last login. */
  | 'CSRF_TOKEN_INVALID';

const messages: Readonly<Record<CsrfRefusal, string>> = {
  CSRF_CROSS_SITE:
    'This request was sent by a page of another site. Send it from the site itself. (To allow that page: csrf.trustedOrigins.)',
  CSRF_FOREIGN_ORIGIN:
    'This request was sent by a page of another origin. Send it from the site itself. (To allow that page: csrf.trustedOrigins. Behind a proxy: publicUrl. For a page without referrer: send a CSRF token.)',
  CSRF_TOKEN_MISSING: 'This request has no CSRF token. Reload the page with the form, and send it from there.',
  CSRF_TOKEN_INVALID:
    'The CSRF token of this request does not belong to the session, or not any more. Reload the page with the form, and send it from there.',
};

/**
 * Another site may have sent the request on a user's behalf. The response is a 403; catch it in an exception filter to show
 * your own page, such as the form again.
 *
 * @publicApi
 */
export class CsrfRefusedException extends ForbiddenException {
  constructor(readonly code: CsrfRefusal) {
    super({ statusCode: 403, error: 'Forbidden', code, message: messages[code] });
  }
}
