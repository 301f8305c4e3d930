import { nullable } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { flaskDuration } from '../flask-duration.js';

export const accountCacheOptions = group('Accounts that are kept in their sessions, so that requests need no query.', {
  maxAge: option<number | null, number | string | null>({
    env: 'SECURITY_ACCOUNT_CACHE_MAX_AGE',
    kind: nullable(flaskDuration({ min: 1_000, max: 600_000 })),
    default: null,
    defaultText: 'each request that needs the account reads it',
    meaning:
      'How long a session keeps the account of its login. So long may a request see what has been changed since, such as roles; an account that was disabled may be used, where the store cannot end its sessions.',
  }),
});
