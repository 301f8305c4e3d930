import { isPlain } from '../same-value.js';

/** How many parts a value has: itself and everything in it. If there are more than `most`, some larger number. */
export function nodesIn(value: unknown, most = Infinity): number {
  if (typeof value !== 'object' || value === null) return 1;
  let nodes = 1;
  const count = (part: unknown): boolean => (nodes += nodesIn(part, most - nodes)) <= most;
  if (Array.isArray(value)) {
    if (value.length >= most) return value.length + 1;
    value.every(count);
  } else if (value instanceof Map) {
    for (const [key, part] of value) if (!count(key) || !count(part)) break;
  } else if (value instanceof Set) {
    for (const part of value) if (!count(part)) break;
  } else if (isPlain(value)) {
    for (const key in value) if (!count(value[key])) break;
  }
  return nodes;
}
