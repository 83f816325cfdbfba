import type { Stretch } from './asker.ts'

/**
 * Of each admission is known when it was asked for and when it was answered; it was charged somewhere between. In a window, then, are those
 * for certain of which both are. A count of them that is too high is a fault, however busy the machine was.
 */
export function densest(
  admitted: readonly Stretch[],
  windowMs: number,
  counts: (window: Stretch) => boolean = () => true,
): { most: number; windows: number } {
  const sorted = admitted.toSorted(([one], [other]) => one - other)
  let most = 0
  let windows = 0
  for (const [index, [from]] of sorted.entries()) {
    const to = from + windowMs
    if (!counts([from, to])) continue
    windows++
    let count = 0
    for (let next = index; next < sorted.length; next++) {
      const [asked, answered] = sorted[next] as Stretch
      if (asked >= to) break
      if (answered < to) count++
    }
    most = Math.max(most, count)
  }
  return { most, windows }
}

/** Has it nothing in common with any of them? */
export function isApart([from, to]: Stretch, others: readonly Stretch[]): boolean {
  return others.every(([begin, end]) => to <= begin || from >= end)
}
