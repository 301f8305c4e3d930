import type { AuthOptions } from './auth.options.js';

/** The module's other settings that this room needs. */
export interface AuthSurroundings {
  readonly keyPrefix: string;
  /** Bytes of randomness in an id. */
  readonly idLength: number;
  /** ms; null: none */
  readonly absoluteTimeout: number | null;
  readonly onStoreError: 'fail' | 'anonymous';
  /** Why remember-me must not log anyone in; null: it may. */
  readonly rememberRefusal: string | null;
}

/** The options of this room, as a provider. */
export class AuthConfig {
  constructor(
    readonly options: AuthOptions,
    readonly surroundings: AuthSurroundings,
  ) {}
}
