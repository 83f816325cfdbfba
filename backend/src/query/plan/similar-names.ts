import { editDistance } from '../../base/index.ts'

/** Longer names cannot exist in PostgreSQL, so nothing is similar to them. */
const NAME_LENGTH_MAX = 63

/** Names looked at for one suggestion: a hint is not worth more of the server's time. */
const CANDIDATES_MAX = 2_000

/**
 * The candidate most like a name that was not found, for "Perhaps you meant". Likeness is 1 for equal names and falls
 * with every letter that must be inserted, dropped, replaced or swapped with its neighbour.
 *
 * `likenessMin` defaults to 0.75 as in PostgREST: a hint should mend a slip, not list a schema to whoever guesses.
 * Nothing is similar to what is longer than `lengthMax`.
 */
export function similarName(
  name: string,
  candidates: Iterable<string>,
  likenessMin = 0.75,
  lengthMax = NAME_LENGTH_MAX,
): string | undefined {
  if (name.length > lengthMax) return undefined
  const wanted = name.toLowerCase()
  let best: { name: string; likeness: number } | undefined
  let looked = 0
  for (const candidate of candidates) {
    if (++looked > CANDIDATES_MAX) break
    const likeness = likenessOf(wanted, candidate.toLowerCase(), best?.likeness ?? likenessMin)
    if (likeness < likenessMin) continue
    if (best === undefined || likeness > best.likeness) best = { name: candidate, likeness }
  }
  return best?.name
}

/** 0 when it cannot reach `enough`: names of very different lengths are not compared letter by letter. */
function likenessOf(one: string, other: string, enough: number): number {
  const length = Math.max(one.length, other.length, 1)
  const shorter = Math.min(one.length, other.length)
  if (shorter / length < enough) return 0
  return 1 - editDistance(one, other) / length
}
