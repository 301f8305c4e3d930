/** A valid name of a DynamoDB table. */
export const tablePattern = /[A-Za-z0-9_.-]{3,255}/;
export const tableExpected = 'the name of a table: 3 to 255 letters, digits, dots, hyphens or underscores';

export function isTableName(name: string): boolean {
  return new RegExp(`^(?:${tablePattern.source})$`).test(name);
}
