import { bool, duration, list, nullable } from '../config/kinds.js';
import { group, option, type ResolvedOptions } from '../config/option.js';
import { originKind } from '../http/origin.js';

/** The sessions of WebSocket gateways. */
export const socketsOptions = group('The sessions of WebSocket gateways.', {
  allowedOrigins: option({
    env: 'SESSION_SOCKETS_ALLOWED_ORIGINS',
    kind: list(originKind()),
    default: [],
    defaultText: 'none',
    meaning:
      'Other origins whose pages may open a socket with a session, besides the application’s own and `csrf.trustedOrigins`.',
  }),
  countAsUse: option({
    env: 'SESSION_SOCKETS_COUNT_AS_USE',
    kind: bool(),
    default: false,
    meaning:
      'Whether messages that use the session extend it, as requests do. The cookie is not extended: the client gets an event `session-expiring` before it ends.',
  }),
  recheckInterval: option({
    env: 'SESSION_SOCKETS_RECHECK_INTERVAL',
    kind: nullable(duration({ min: 1000 })),
    default: 15_000,
    defaultText: '15s',
    meaning:
      'How often the user loader is asked whether the users of open sockets are still there and active; `null`: only by `AuthService.recheck()`.',
  }),
});

export type SocketsOptions = ResolvedOptions<typeof socketsOptions>;
