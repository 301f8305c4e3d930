import { field, textField } from '../views/form.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Whether to remember the login after the session has ended. */
  readonly remember: boolean;
}

/** The credentials in a login form or a JSON body. Missing or too long values become empty, which matches no account. */
export function credentialsOf(body: unknown): Credentials {
  const remember = field(body, 'remember');
  return {
    email: textField(body, 'email', 254),
    password: passwordOf(body),
    // 'on' is a ticked checkbox, true is JSON.
    remember: remember === 'on' || remember === true,
  };
}

export function passwordOf(body: unknown): string {
  return textField(body, 'password', 1000);
}
