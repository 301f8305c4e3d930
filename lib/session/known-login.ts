import type { AuthFacts } from './auth-facts.js';
import type { StoredSession } from './session-state.js';

/** A login that something long-running, such as a stream, depends on, as last known. */
export interface KnownLogin {
  readonly lineage: string;
  readonly auth: AuthFacts;
  /** Where it was found. */
  readonly stored: StoredSession;
}
