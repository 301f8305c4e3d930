import { fn, nullable, text } from '../config/kinds.js';
import { option, type ResolvedOptions } from '../config/option.js';
import type { UserLoader } from './user.js';

/** Who the users are, and where they log in. */
export const authOptions = {
  userLoader: option<UserLoader | null>({
    env: null,
    kind: nullable(fn<UserLoader>('a function (id, context) => user or null')),
    default: null,
    defaultText: 'none: a user is `{ id }`',
    meaning:
      'Finds the user with the id that the session holds; null: there is no such user (any more), and nobody is logged in.',
  }),
  loginUrl: option({
    env: 'SESSION_LOGIN_URL',
    kind: text({
      nullable: true,
      // A second slash, or a backslash, would make a path the name of another host.
      pattern:
        /\/(?:[\x21-\x2e\x30-\x5b\x5d-\x7e][\x21-\x7e]*)?|(?:https:\/\/[^\s/?#@\\]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)(?:[/?#][\x21-\x7e]*)?/i,
      expected:
        'a path such as /login, or a URL that begins with https:// (http:// for localhost alone), percent-encoded where needed',
    }),
    default: null,
    defaultText: 'none: a 401',
    meaning:
      'Where `SessionAuthGuard` sends a browser that is not logged in, with `?next=`. API clients get a 401 in any case.',
  }),
};

export type AuthOptions = ResolvedOptions<typeof authOptions>;
