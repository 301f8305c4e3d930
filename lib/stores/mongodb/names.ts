/** The accepted names of databases and collections: those that every server and tool accepts. */
export const databasePattern = /[A-Za-z0-9_-]{1,63}/;
export const databaseExpected = 'the name of a database: 1 to 63 letters, digits, hyphens or underscores';

export const collectionPattern = /(?!system\.)[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}/;
export const collectionExpected =
  'the name of a collection: 1 to 120 letters, digits, dots, hyphens or underscores, and not a system collection';

export function isDatabaseName(name: string): boolean {
  return new RegExp(`^(?:${databasePattern.source})$`).test(name);
}

export function isCollectionName(name: string): boolean {
  return new RegExp(`^(?:${collectionPattern.source})$`).test(name);
}
