/** The middle value, which a few wild ones do not move. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] as number
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

/** Measurements of 250 ms differ by at least so much: a few that happen to agree prove nothing. */
const SPREAD_MIN = 0.05

/**
 * How far the ratio of two medians may be from the true one: its standard error, as a share of it. The spread is taken from
 * both together: 1.4826 times the median absolute deviation is the standard deviation of a normal distribution, and a
 * median errs by 1.2533 times what a mean does.
 */
export function errorOfRatio(before: readonly number[], after: readonly number[]): number {
  const spread = 1.4826 * median([...deviations(before), ...deviations(after)])
  return 1.2533 * Math.max(spread, SPREAD_MIN) * Math.sqrt(1 / before.length + 1 / after.length)
}

function deviations(values: readonly number[]): number[] {
  const middle = median(values)
  return values.map(value => Math.abs(value / middle - 1))
}

/** So many of the last values tell whether those before are still true. */
const RECENT = 8

/** The values as far back as they are of one kind with the latest; by `of`. */
export function steady<T>(values: readonly T[], of: (value: T) => number): readonly T[] {
  const recent = values.slice(-RECENT)
  const earlier = values.slice(0, -RECENT)
  if (earlier.length < RECENT) return values
  const [now, then] = [recent.map(of), earlier.map(of)]
  const change = Math.abs(median(now) / median(then) - 1)
  return change <= 3 * errorOfRatio(now, then) ? values : recent
}
