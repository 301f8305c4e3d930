import type { AuthOptions } from './auth.options.js';

/** What of the module's other settings this room goes by. */
export interface AuthSurroundings {
  readonly keyPrefix: string;
  /** Bytes of randomness in an id. */
  readonly idLength: number;
  /** ms; null: none */
  readonly absoluteTimeout: number | null;
  readonly onStoreError: 'fail' | 'anonymous';
  /** Whether remember-me may log anybody in; null: as the application asks, otherwise why not. */
  readonly rememberRefusal: string | null;
}

/** The options of this room, as a provider. */
export class AuthConfig {
  constructor(
    readonly options: AuthOptions,
    readonly surroundings: AuthSurroundings,
  ) {}
}
