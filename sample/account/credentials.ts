import { textField } from '../views/form.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The address and the password of a form or a JSON body; what is missing or too long is empty, which fits nobody. */
export function credentialsOf(body: unknown): Credentials {
  return { email: textField(body, 'email', 254), password: textField(body, 'password', 1000) };
}
