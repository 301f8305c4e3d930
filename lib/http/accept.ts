/** How much a client wants each of two kinds of answer, by its header `Accept` (RFC 9110, 12.5.1): 0 to 1. */
export interface Wanted {
  /** A page: `text/html`, by this name; null: it is not named. */
  readonly page: number | null;
  /** JSON: `application/json`, or a type that ends in `+json`, by its name. */
  readonly json: number;
  /** Whatever there is: `*\/*`. */
  readonly anything: number;
}

/** The quality of what is named without one. */
const FULL = 1;

/** What a header `Accept` asks for. A range with a weight that is none counts as not wanted. */
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
