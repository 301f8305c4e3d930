import type { TimeoutPreset } from '../session/timeouts.js';
import { ownFactors, type AuthOptions, type NamesOf } from './auth.options.js';

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
  readonly timeouts: TimeoutPreset | null;
}

/** The options of this room, as a provider. */
export class AuthConfig {
  #knownFactors: NamesOf | null = null;

  constructor(
    readonly options: AuthOptions,
    readonly surroundings: AuthSurroundings,
  ) {}

  /** The factors that a user has: as the application says, otherwise as a room says that knows the users. */
  get factorsOf(): NamesOf {
    const { factorsOf } = this.options;
    return factorsOf === ownFactors ? (this.#knownFactors ?? factorsOf) : factorsOf;
  }

  /** For a room that knows the users. */
  knowFactors(factorsOf: NamesOf): void {
    this.#knownFactors = factorsOf;
  }
}
