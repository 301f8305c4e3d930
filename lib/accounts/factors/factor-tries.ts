import { guessedName } from '../login/identities.js';
import type { StoredAccount } from '../repository/account.js';

/**
 * The name by which the limiter counts guesses at the second factors of an account: all methods together, at the login and to confirm one. The
 * password has its own, that of the login: whoever knows it would otherwise clear the count of wrong codes with it.
 */
export function factorTries({ id }: StoredAccount): string {
  return guessedName(`factor:${id}`);
}
