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
      'The most that the cookies of a session may take in a request, encrypted and encoded: about three quarters of it are data. Servers refuse requests with long headers, Node beyond 16 kB.',
  }),
  compress: option({
    env: 'SESSION_SEALED_COMPRESS',
    kind: bool(),
    default: false,
    meaning:
      'Whether large sessions are compressed. Leave it off where a session holds secrets beside what a visitor chooses: its length then tells of them.',
  }),
  compressAbove: option({
    env: 'SESSION_SEALED_COMPRESS_ABOVE',
    kind: size(),
    default: KB,
    defaultText: '1kb',
    meaning: 'From which size on a session is compressed, where `compress` is on.',
  }),
};

export type SealedOptions = ResolvedOptions<typeof sealedOptions>;
