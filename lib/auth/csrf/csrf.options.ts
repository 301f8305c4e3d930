import { list, oneOf, text } from '../../config/kinds.js';
import { group, option, type ResolvedOptions } from '../../config/option.js';
import { originKind } from '../../http/origin.js';

/** How `CsrfGuard` recognises requests from the application. */
export const csrfOptions = group('How `CsrfGuard` recognises requests from the application.', {
  mode: option({
    env: 'SESSION_CSRF_MODE',
    kind: oneOf(['origin', 'token']),
    default: 'origin' as const,
    meaning:
      'What `CsrfGuard` requires of a request that changes something. `origin`: the browser says that it comes from this site or, if it says nothing, a token. `token`: always a token of the session, in addition.',
  }),
  trustedOrigins: option({
    env: 'SESSION_CSRF_TRUSTED_ORIGINS',
    kind: list(originKind()),
    default: [],
    defaultText: 'none',
    meaning:
      'Other origins whose pages may send such requests, and those of the site itself that the server does not know it by. Also `capacitor://localhost` and the like.',
  }),
  header: option({
    env: 'SESSION_CSRF_HEADER',
    kind: text({ pattern: /[!#$%&'*+.^_`|~0-9a-z-]+/i, expected: 'the name of a header, such as x-csrf-token' }),
    default: 'x-csrf-token',
    meaning: 'The request header that carries the token.',
  }),
  field: option({
    env: 'SESSION_CSRF_FIELD',
    kind: text({ pattern: /[^\p{Cc}\s]+/u, expected: 'the name of a form field, such as _csrf' }),
    default: '_csrf',
    meaning: 'The field of a form or JSON body that carries the token.',
  }),
});

export type CsrfOptions = ResolvedOptions<typeof csrfOptions>;
