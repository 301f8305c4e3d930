import type { AuthOptions } from './auth.options.js';

/** The options of this room, as a provider. */
export class AuthConfig {
  constructor(readonly options: AuthOptions) {}
}
