import type { AuthFacts } from './auth-facts.js';
import type { StoredSession } from './session-state.js';

/** A login that somebody holds on to, such as a stream, as it was known last. */
export interface KnownLogin {
  readonly lineage: string;
  readonly auth: AuthFacts;
  /** Where it was found. */
  readonly stored: StoredSession;
}
