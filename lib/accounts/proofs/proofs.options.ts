import { instance, nullable } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { SessionStore } from '../../stores/session-store.js';

export const proofsOptions = group('The one-time proofs in mailed links.', {
  store: option<SessionStore | null>({
    env: null,
    kind: nullable(instance('a store, such as new RedisStore({ client })', isStore)),
    default: null,
    defaultText: 'the store of the sessions',
    meaning:
      'Where they are stored. Needed where the sessions’ own store cannot make sure that a link is used once: Keyv, stores of express-session, `null`, and `cookie` without `sealed.revocations`. Never closed.',
  }),
});

function isStore(value: unknown): value is SessionStore {
  return value instanceof SessionStore;
}
