/** Numbers from 0 to 1 that follow from a seed (mulberry32; Ettinger, 2017). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Ranks from 0, of which rank n is drawn in proportion to (n + 1)^-skew. */
export function zipfOf(ranks: number, skew: number, random: () => number): () => number {
  const upTo = new Float64Array(ranks)
  let total = 0
  for (let rank = 0; rank < ranks; rank++) upTo[rank] = total += (rank + 1) ** -skew
  return () => {
    const drawn = random() * total
    let [low, high] = [0, ranks - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((upTo[middle] as number) < drawn) low = middle + 1
      else high = middle
    }
    return low
  }
}
