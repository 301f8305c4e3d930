/** A client's preference for two kinds of response, from its `Accept` header (RFC 9110, 12.5.1): 0 to 1. */
export interface Wanted {
  /** A page: `text/html` itself; null: not listed. */
  readonly page: number | null;
  /** JSON: `application/json`, or a type that ends in `+json`. */
  readonly json: number;
  /** Anything: `*\/*`. */
  readonly anything: number;
}

/** The default quality. */
const FULL = 1;

/** Reads an `Accept` header. A range with an invalid weight counts as not wanted. */
export function wantedBy(accept: string): Wanted {
  let page: number | null = null;
  let [json, anything] = [0, 0];
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
    const weight = weightIn(parameters);
    if (type === 'text/html') page = Math.max(page ?? 0, weight);
    else if (type === 'application/json' || type.endsWith('+json')) json = Math.max(json, weight);
    else if (type === '*/*') anything = Math.max(anything, weight);
  }
  return { page, json, anything };
}

function weightIn(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (given === undefined) return FULL;
  const text = given.slice(given.indexOf('=') + 1).trim();
  return /^(?:0(?:\.\d*)?|1(?:\.0*)?|\.\d+)$/.test(text) ? Number(text) : 0;
}
