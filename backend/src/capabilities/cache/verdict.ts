import type { Entry } from './entry.ts'
import type { Ask, Terms } from './policy.ts'

/**
 * What an entry is good for.
 *
 * - `fresh`: the answer; `early`: the answer, and time to load it anew
 * - `revalidate`: the answer while it is loaded anew; `asked`: the answer, because the caller allows it
 * - `resting`: the answer, because the last load failed a moment ago
 * - `spare`: the answer if it cannot be loaded; `nothing`
 */
export type Verdict = 'fresh' | 'early' | 'revalidate' | 'asked' | 'resting' | 'spare' | 'nothing'

export interface Question {
  readonly now: number
  readonly ask: Ask | undefined
  readonly terms: Terms
  /** Changes of other nodes do not arrive. */
  readonly isBehind: boolean
  /** From 0 to 1. */
  readonly random: () => number
}

type AnyEntry = Entry<unknown, unknown, never>

export function judge(entry: AnyEntry, question: Question): Verdict {
  const { now, ask, terms } = question
  const freshUntil = freshUntilOf(entry, question)
  const staleMs = now - freshUntil
  const isSpare = terms.staleIfErrorMs > 0 && staleMs < terms.staleIfErrorMs
  if (!suits(entry, freshUntil, now, ask)) return isSpare ? 'spare' : 'nothing'
  if (staleMs < 0) return isDue(entry, question) ? 'early' : 'fresh'
  if (!entry.isChanged && staleMs < (ask?.maxStaleMs ?? 0)) return 'asked'
  const verdict = standIn(entry, staleMs, isSpare, terms)
  return verdict !== 'nothing' && now < entry.nextTryAt ? 'resting' : verdict
}

/** What is good enough until there is something newer. */
function standIn(entry: AnyEntry, staleMs: number, isSpare: boolean, terms: Terms): Verdict {
  if (!entry.isChanged && staleMs < terms.staleWhileRevalidateMs) return 'revalidate'
  return isSpare ? 'spare' : 'nothing'
}

/** As if it had been over sooner while changes do not arrive. */
function freshUntilOf(entry: AnyEntry, { isBehind, terms }: Question): number {
  return isBehind ? Math.min(entry.freshUntil, entry.bornAt + terms.behindTtlMs) : entry.freshUntil
}

/** Is it as new as its caller wants it, apart from being fresh? */
export function suits(
  entry: AnyEntry,
  freshUntil: number,
  now: number,
  ask: Ask | undefined,
): boolean {
  if (ask === undefined) return true
  if (ask.noCache === true) return false
  if (ask.maxAgeMs !== undefined && now - entry.bornAt > ask.maxAgeMs) return false
  return ask.minFreshMs === undefined || now + ask.minFreshMs < freshUntil
}

/**
 * Is it time to load it before it is over? At random as in Vattani, Chierichetti and Lowenstein, Optimal Probabilistic Cache
 * Stampede Prevention, VLDB 2015: sooner the longer a load takes.
 */
function isDue(entry: AnyEntry, { now, terms, random }: Question): boolean {
  if (now < entry.calmUntil || now < entry.nextTryAt) return false
  if (terms.earlyRefresh === 'share') return true
  if (terms.earlyRefresh === 'off') return false
  const aheadMs = entry.loadMs * terms.xfetchBeta * -Math.log(1 - random())
  return now + aheadMs >= entry.freshUntil
}
