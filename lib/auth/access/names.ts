/**
 * The names of a user's roles, permissions or factors: strings, or objects with a `name`, as arrays of them usually contain; a
 * single string is one name. Anything else is ignored, and so grants nothing.
 */
export function namesIn(value: unknown): Set<string> {
  if (typeof value === 'string') return new Set([value]);
  const names = new Set<string>();
  if (!isIterable(value)) return names;
  for (const item of value) {
    const name: unknown = typeof item === 'object' && item !== null && 'name' in item ? item.name : item;
    if (typeof name === 'string') names.add(name);
  }
  return names;
}

/** The same for a user's field. */
export function listOf(user: object, field: string): Set<string> {
  return namesIn(Reflect.get(user, field));
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, Symbol.iterator) === 'function';
}
