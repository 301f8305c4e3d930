import { bool, duration, nullable, oneOf } from '../config/kinds.js';
import { option, type ResolvedOptions } from '../config/option.js';
import { publicUrl, type PublicUrl } from './public-url.js';

/** When sessions are saved, what happens if the store fails, and the application's public URL. */
export const httpOptions = {
  commit: option({
    env: 'SESSION_COMMIT',
    kind: oneOf(['interceptor', 'response']),
    default: 'interceptor' as const,
    meaning:
      'When a session is saved. `interceptor`: after the handler, so that a failure reaches exception filters. `response`: only when the response is sent, which costs less.',
  }),
  commitOnError: option({
    env: 'SESSION_COMMIT_ON_ERROR',
    kind: bool(),
    default: true,
    meaning:
      'Whether changes are saved if the handler throws. With `commit: response` (and for guards), a response with a status of 400 or above counts as an error.',
  }),
  eager: option({
    env: 'SESSION_EAGER',
    kind: bool(),
    default: false,
    meaning:
      'Loads every session before everything else and sets `req.session` in the form of express-session, for Passport and the like.',
  }),
  requestContext: option({
    env: 'SESSION_REQUEST_CONTEXT',
    kind: bool(),
    default: false,
    meaning:
      'Makes `SessionService.current()` and `AuthService.current()` available in all code that runs for a request, without a request in hand.',
  }),
  storeTimeout: option({
    env: 'SESSION_STORE_TIMEOUT',
    kind: duration({ min: 1 }),
    default: 2_000,
    defaultText: '2s',
    meaning: 'How long a store call may take at most.',
  }),
  onStoreError: option({
    env: 'SESSION_ON_STORE_ERROR',
    kind: oneOf(['fail', 'anonymous']),
    default: 'fail' as const,
    meaning:
      'What happens if a session cannot be loaded: `fail` responds with a 503; `anonymous` continues with an empty, read-only session. Guards respond with a 503 either way.',
  }),
  publicUrl: option<PublicUrl | null, string | null>({
    env: 'SESSION_PUBLIC_URL',
    kind: nullable(publicUrl()),
    default: null,
    defaultText: 'from the request, and from a trusted proxy',
    meaning:
      'The application’s URL for browsers, including a path prefix that a proxy removes: `https://example.com/shop`.',
  }),
  guardedCache: option({
    env: 'SESSION_GUARDED_CACHE',
    kind: oneOf(['no-store', 'private']),
    default: 'no-store' as const,
    meaning:
      'The `Cache-Control` of responses behind `SessionAuthGuard` that do not set one. `no-store`: after a logout, the Back button shows none of them. `private`: the browser may cache them.',
  }),
};

export type HttpOptions = ResolvedOptions<typeof httpOptions>;
