import { editDistance } from './edit-distance.ts'

/** The name most like one that does not exist, for "Perhaps you meant"; undefined when none is close. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
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
