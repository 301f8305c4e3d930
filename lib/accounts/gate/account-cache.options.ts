import { nullable } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

export const accountCacheOptions = group('A copy of the account in its session, so that requests need no query.', {
  maxAge: option<number | null, number | string | null>({
    env: 'SECURITY_ACCOUNT_CACHE_MAX_AGE',
    kind: nullable(flaskDuration({ min: 1_000, max: 600_000 })),
    default: null,
    defaultText: 'off: each request that needs the account reads it',
    meaning:
      'How long a session keeps a copy of its account. For that long, requests may see a former state, such as roles, and a disabled account may still be used if the session store cannot end its sessions.',
  }),
});
