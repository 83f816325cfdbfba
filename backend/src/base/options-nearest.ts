/** The name most like one that does not exist, for "Perhaps you meant"; undefined when none is close. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of names) {
    const distance = distanceOf(name.toLowerCase(), candidate.toLowerCase())
    if (distance <= allowed(candidate) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

/** A third of the letters may be wrong. */
function allowed(name: string): number {
  return Math.max(1, Math.floor(name.length / 3))
}

/** Letters to insert, remove, replace or swap with their neighbour: optimal string alignment. */
function distanceOf(from: string, to: string): number {
  let [older, old, row]: number[][] = [[], [], Array.from({ length: to.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= from.length; i++) {
    ;[older, old, row] = [old, row, [i]]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      const best = Math.min(at(old, j) + 1, at(row, j - 1) + 1, at(old, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      row.push(swapped ? Math.min(best, at(older, j - 2) + 1) : best)
    }
  }
  return at(row, to.length)
}

function at(row: readonly number[] | undefined, index: number): number {
  return row?.[index] ?? Number.POSITIVE_INFINITY
}
