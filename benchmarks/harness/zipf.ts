/**
 * Draws from `values`: the n-th of them as often as 1/n^skew says (Zipf's law). `random`: from 0 to 1.
 */
export function zipf<T>(values: readonly T[], skew: number, random: () => number): () => T {
  const upTo = new Float64Array(values.length)
  let sum = 0
  for (let rank = 0; rank < values.length; rank++) {
    sum += 1 / (rank + 1) ** skew
    upTo[rank] = sum
  }
  return () => values[firstFrom(upTo, random() * sum)] as T
}

/** The first place at which the sums are above `value`. */
function firstFrom(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] as number) > value) high = middle
    else low = middle + 1
  }
  return low
}
