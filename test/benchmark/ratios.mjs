/** What rounds say together. */

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The median, least and greatest of the ratios of each round; undefined where nothing was measured. */
export function ratioOf(own, baseline) {
  if (!own?.length || !baseline?.length) return undefined;
  const ratios = own.map((value, round) => value / baseline[round]);
  return { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
}

/** Whether a ratio reaches its target; `'unclear'` where the rounds disagree, undefined where nothing was measured. */
export function decided(ratio, reach) {
  if (ratio === undefined) return undefined;
  if (ratio.least >= reach) return true;
  return ratio.greatest < reach ? false : 'unclear';
}

/** The same for a ratio that is to be no greater. */
export function atMost(ratio, reach) {
  if (ratio === undefined) return undefined;
  if (ratio.greatest <= reach) return true;
  return ratio.least > reach ? false : 'unclear';
}
