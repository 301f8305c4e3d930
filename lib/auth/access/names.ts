/**
 * The names in a user's field: texts, or objects with a `name`, as lists of roles usually are. Whatever else is there is left
 * out, and so grants nothing.
 */
export function listOf(user: object, field: string): string[] {
  const value: unknown = Reflect.get(user, field);
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return [];
  const names: string[] = [];
  for (const item of value as Iterable<unknown>) {
    const name: unknown = typeof item === 'object' && item !== null && 'name' in item ? item.name : item;
    if (typeof name === 'string') names.push(name);
  }
  return names;
}
