export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which that share of them is, without interpolation. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(share * (sorted.length - 1))];
}

/** The probability that one of the first is greater than one of the others, equal ones counted as half: 0.5 tells nothing. */
export function shareOfSlower(first, others) {
  const sorted = [...others].sort((one, other) => one - other);
  const below = (value, isEqualCounted) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value || (isEqualCounted && sorted[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const pairs = first.reduce((sum, value) => sum + (below(value, false) + below(value, true)) / 2, 0);
  return pairs / (first.length * others.length);
}
