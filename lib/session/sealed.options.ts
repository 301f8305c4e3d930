import { bool, size } from '../config/kinds.js';
import { option, type ResolvedOptions } from '../config/option.js';

const KB = 1024;

/** Sessions that are in their cookies: `type: 'cookie'`. */
export const sealedOptions = {
  maxSize: option({
    env: 'SESSION_SEALED_MAX_SIZE',
    kind: size({ min: 2 * KB, max: 32 * KB }),
    default: 12 * KB,
    defaultText: '12kb',
    meaning:
      'The maximum size of a session’s cookies in a request, encrypted and encoded: about three quarters of it are data. Servers reject requests with long headers, Node beyond 16 kB.',
  }),
  compress: option({
    env: 'SESSION_SEALED_COMPRESS',
    kind: bool(),
    default: false,
    meaning:
      'Whether large sessions are compressed. Leave it off if a session contains secrets beside client data: its length would leak them.',
  }),
  compressAbove: option({
    env: 'SESSION_SEALED_COMPRESS_ABOVE',
    kind: size(),
    default: KB,
    defaultText: '1kb',
    meaning: 'The size from which a session is compressed, if `compress` is on.',
  }),
};

export type SealedOptions = ResolvedOptions<typeof sealedOptions>;
