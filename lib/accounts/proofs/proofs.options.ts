import { instance, nullable } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { SessionStore } from '../../stores/session-store.js';

export const proofsOptions = group('Single-use tokens in emailed links.', {
  store: option<SessionStore | null>({
    env: null,
    kind: nullable(instance('a store, such as new RedisStore({ client })', isStore)),
    default: null,
    defaultText: 'the session store',
    meaning:
      'The store for these tokens. Required if the session store cannot guarantee single use: Keyv, stores of express-session, `null`, and `cookie` without `sealed.revocations`. The module does not close it.',
  }),
});

function isStore(value: unknown): value is SessionStore {
  return value instanceof SessionStore;
}
