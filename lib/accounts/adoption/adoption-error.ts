import { SessionError } from '../../errors.js';

/**
 * Users could not be adopted: their table, a column, or a secret is missing, or a database did not answer. The message says which. What was
 * adopted before stays, and the next run goes on after it.
 *
 * @publicApi
 */
export class AdoptionError extends SessionError {
  readonly code = 'ADOPTION_FAILED';
}
