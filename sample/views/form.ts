/** The field `name` of a submitted form or a JSON body; `undefined` if there is none, whatever the body is. */
export function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  return Object.getOwnPropertyDescriptor(body, name)?.value;
}

/** The field as a string of at most `maxLength` characters; an empty string if it is missing, longer, or not a string. */
export function textField(body: unknown, name: string, maxLength: number): string {
  const value = field(body, name);
  return typeof value === 'string' && value.length <= maxLength ? value : '';
}
