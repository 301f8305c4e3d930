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
      'When a session is saved. `interceptor`: after the handler, so that a failure reaches exception filters. `response`: only when the response goes out, which costs less.',
  }),
  commitOnError: option({
    env: 'SESSION_COMMIT_ON_ERROR',
    kind: bool(),
    default: true,
    meaning:
      'Whether changes are saved when the handler throws. With `commit: response` (and for guards), an answer with a status of 400 and up counts as an error.',
  }),
  eager: option({
    env: 'SESSION_EAGER',
    kind: bool(),
    default: false,
    meaning:
      'Loads every session before everything else and gives `req.session` in the form of express-session, for Passport and the like.',
  }),
  storeTimeout: option({
    env: 'SESSION_STORE_TIMEOUT',
    kind: duration({ min: 1 }),
    default: 2_000,
    defaultText: '2s',
    meaning: 'The longest that a call to the store may take.',
  }),
  onStoreError: option({
    env: 'SESSION_ON_STORE_ERROR',
    kind: oneOf(['fail', 'anonymous']),
    default: 'fail' as const,
    meaning:
      'When a session cannot be loaded: `fail` answers 503; `anonymous` goes on with an empty session that cannot be written to. Guards refuse either way.',
  }),
  publicUrl: option<PublicUrl | null, string | null>({
    env: 'SESSION_PUBLIC_URL',
    kind: nullable(publicUrl()),
    default: null,
    defaultText: 'what the request says, and a proxy that the server trusts',
    meaning:
      'Where browsers find the application, with the path that a proxy takes off before it hands a request on: `https://example.com/shop`.',
  }),
  guardedCache: option({
    env: 'SESSION_GUARDED_CACHE',
    kind: oneOf(['no-store', 'private']),
    default: 'no-store' as const,
    meaning:
      'The `Cache-Control` of answers behind `SessionAuthGuard` that have none of their own. `no-store`: after a logout, Back shows none of them. `private`: the browser may keep them.',
  }),
};

export type HttpOptions = ResolvedOptions<typeof httpOptions>;
