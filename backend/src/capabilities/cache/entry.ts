import type { Origin } from './origin.ts'
import type { Terms } from './policy.ts'
import type { Dependency, Kept } from './types.ts'

/** A value, what it was read from, and how long it serves. Times are those of the clock's `now()`. */
export class Entry<T, Version, Data> implements Kept {
  readonly value: T
  readonly origin: Origin<Version>
  readonly dependencies: readonly Dependency<Data>[]
  readonly isNegative: boolean
  readonly bytes: number
  /** How long its load took. */
  readonly loadMs: number
  readonly bornAt: number
  readonly #staleIfErrorMs: number
  freshUntil: number
  staleUntil: number
  /** Until then nothing needs to be looked at but this. */
  calmUntil: number
  /** It is in the first level. */
  isKept = false
  /** A change has made it old: it serves only where a load fails. */
  isChanged = false
  /** After a failed load: no other before. */
  nextTryAt = Number.NEGATIVE_INFINITY

  constructor(found: Found<T, Version, Data>, life: Life) {
    this.value = found.value
    this.origin = found.origin
    this.dependencies = found.dependencies
    this.isNegative = found.isNegative
    this.bytes = found.bytes
    this.loadMs = found.loadMs
    this.bornAt = life.bornAt
    this.freshUntil = life.freshUntil
    this.staleUntil = life.staleUntil
    this.calmUntil = life.calmUntil
    this.#staleIfErrorMs = life.staleIfErrorMs
  }

  /** When its load began, as far as that is known. */
  get readAt(): number {
    return this.bornAt - this.loadMs
  }

  /** A load that was to replace it has failed. */
  rest(nextTryAt: number): void {
    this.nextTryAt = nextTryAt
  }

  /** A change has made it old: from now on it only helps out where a load fails. */
  change(now: number): void {
    this.isChanged = true
    this.freshUntil = Math.min(this.freshUntil, now)
    this.calmUntil = Number.NEGATIVE_INFINITY
    this.staleUntil = Math.min(this.staleUntil, this.freshUntil + this.#staleIfErrorMs)
  }
}

/** What a loader or the second level gave. */
export interface Found<T, Version, Data> {
  readonly value: T
  readonly origin: Origin<Version>
  readonly dependencies: readonly Dependency<Data>[]
  readonly isNegative: boolean
  readonly bytes: number
  readonly loadMs: number
}

export interface Life {
  readonly bornAt: number
  readonly freshUntil: number
  readonly staleUntil: number
  readonly calmUntil: number
  readonly staleIfErrorMs: number
}

/** How long a value lives that was loaded just now. `random`: from 0 to 1, for the spread. */
export function lifeOf(
  now: number,
  ttlMs: number,
  loadMs: number,
  terms: Terms,
  random: number,
): Life {
  const freshUntil = now + ttlMs * (1 + terms.jitterShare * (2 * random - 1))
  return lifeUntil(now, freshUntil, loadMs, terms)
}

/** The same where it is known how long it is fresh. */
export function lifeUntil(bornAt: number, freshUntil: number, loadMs: number, terms: Terms): Life {
  const staleMs = Math.max(terms.staleWhileRevalidateMs, terms.staleIfErrorMs)
  const calmUntil = Math.min(freshUntil, earliestRefresh(bornAt, freshUntil, loadMs, terms))
  const { staleIfErrorMs } = terms
  return { bornAt, freshUntil, staleUntil: freshUntil + staleMs, calmUntil, staleIfErrorMs }
}

/** A draw of `xfetch` is larger once in twenty thousand. */
const DRAW_MAX = 10

function earliestRefresh(bornAt: number, freshUntil: number, loadMs: number, terms: Terms): number {
  switch (terms.earlyRefresh) {
    case 'off':
      return freshUntil
    case 'share':
      return bornAt + (freshUntil - bornAt) * terms.earlyRefreshShare
    case 'xfetch':
      return Math.max(bornAt, freshUntil - loadMs * terms.xfetchBeta * DRAW_MAX)
  }
}
