/** What an error says, as far as it is passed on. */
export interface ErrorParts {
  readonly name: string;
  readonly message: string;
  /** Empty: there is none. */
  readonly stack: string;
  /** Empty: there is none. */
  readonly code: string;
}

/**
 * An error with these parts only, without the given strings: clients and drivers attach commands, statements and their values to
 * their errors, and so a session's key and record, or a password.
 */
export function redactedError({ name, message, stack, code }: ErrorParts, secrets: readonly string[]): Error {
  const redact = (text: string): string =>
    secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
  const copy = new Error(redact(message));
  copy.name = name || copy.name;
  if (stack !== '') copy.stack = redact(stack);
  return code === '' ? copy : Object.assign(copy, { code });
}
