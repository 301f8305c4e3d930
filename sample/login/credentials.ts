import { field, textField } from '../views/form.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Whether the login is to be remembered when the session has ended. */
  readonly remember: boolean;
}

/** What a login form or a JSON body says; what is missing or too long is empty, which fits nobody. */
export function credentialsOf(body: unknown): Credentials {
  const remember = field(body, 'remember');
  return {
    email: textField(body, 'email', 254),
    password: passwordOf(body),
    // A box that is ticked, or JSON.
    remember: remember === 'on' || remember === true,
  };
}

export function passwordOf(body: unknown): string {
  return textField(body, 'password', 1000);
}
