import type { OutgoingHttpHeader, ServerResponse } from 'node:http';

/**
 * Sets the headers that `writeHead` was given, so that others can be added to them.
 *
 * @returns the arguments that are left for `writeHead`.
 */
export function setGivenHeaders(res: ServerResponse, args: readonly unknown[]): unknown[] {
  const at = typeof args[1] === 'string' ? 2 : 1;
  const given = args[at];
  if (typeof given !== 'object' || given === null) return [...args];
  const headers = pairsOf(given);
  // Of what is set already, what is given here takes the place; a name that is given twice has both values.
  for (const [name] of headers) res.removeHeader(name);
  for (const [name, value] of headers) {
    if (value !== undefined) res.appendHeader(name, typeof value === 'number' ? String(value) : value);
  }
  return args.slice(0, at);
}

type Header = OutgoingHttpHeader | undefined;
type Pair = readonly [name: string, value: Header];

/** Node takes an object, a flat list of names and values, or a list of pairs. */
function pairsOf(given: object): readonly Pair[] {
  if (!Array.isArray(given)) return Object.entries(given) as Pair[];
  const list: readonly unknown[] = given;
  if (list.every(isPair)) return list;
  return list.flatMap((name, index): Pair[] => (index % 2 === 0 ? [[String(name), list[index + 1] as Header]] : []));
}

function isPair(item: unknown): item is Pair {
  return Array.isArray(item) && item.length === 2;
}

const describesBody = /^(accept-ranges|content-.*|etag|last-modified|transfer-encoding)$/;

/** Makes room for another answer: what was said of the one that is not sent, is not said of it. */
export function forgetBody(res: ServerResponse): void {
  res.statusCode = 200;
  res.statusMessage = '';
  for (const name of res.getHeaderNames()) if (describesBody.test(name)) res.removeHeader(name);
}
