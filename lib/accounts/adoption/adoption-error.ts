import { SessionError } from '../../errors.js';

/**
 * Users could not be adopted: their table, a column, or a secret is missing, or a database did not respond. The message says which. Users
 * that were already adopted stay, and the next run continues after them.
 *
 * @publicApi
 */
export class AdoptionError extends SessionError {
  readonly code = 'ADOPTION_FAILED';
}
