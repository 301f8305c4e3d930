const most = 1_000;

/** How many rows a page has. @throws RangeError unless it is an integer from 1 to 1000 */
export function pageLimit(limit = 100): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new RangeError(`Expected a limit from 1 to ${String(most)}.`);
}
