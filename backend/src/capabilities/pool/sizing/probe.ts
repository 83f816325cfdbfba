import { errorOfRatio, median } from './robust.ts'
import type { Window } from './windows.ts'

/**
 * More connections must bring at least this share of what they promise: twice the connections promise twice the calls.
 * At this point of the curves measured here (one-row reads, and reads that wait in the database) throughput is within
 * a few per cent of its peak, with the fewest connections.
 */
export const ELASTICITY = 0.2

/** An elasticity known to this is known well enough: so near to the border, either size will do. */
const CLOSE_ENOUGH = 0.15

/** Windows after a change that are not counted: connections begin cold, queues drain. */
const SETTLING = 2
/** Windows to judge by: when the case is clear beyond doubt, as a rule, and when it stays unclear. */
const FEWEST = 4
const USUAL = 8
const MOST = 24
/** Connections that are not there after this time are not waited for, in milliseconds. */
const OPENING_MS = 10_000

export interface Verdict {
  /**
   * - `better`: the new size it is
   * - `worse`: back
   * - `served`: nobody lacks a connection any more, so there is nothing to compare
   * - `not-opened`: the new size was never reached
   */
  readonly kind: 'better' | 'worse' | 'served' | 'not-opened'
  /** More windows at the size before would hardly change it. */
  readonly isClear: boolean
  readonly facts: Readonly<Record<string, number>>
}

/** One try of another size, compared with the size before. Growth and shrinking are judged by the same measure. */
export class Probe {
  readonly from: number
  #to: number
  /** How long connections were held before. */
  readonly baseHoldMs: number
  readonly #base: readonly number[]
  readonly #after: Window[] = []
  #settling = SETTLING
  #openingSince: number

  /** `base`: full windows at the size `from`. */
  constructor(from: number, to: number, base: readonly Window[], now: number) {
    this.from = from
    this.#to = to
    this.#base = base.map(({ perSecond }) => perSecond)
    this.baseHoldMs = median(base.map(({ holdMs }) => holdMs ?? 0))
    this.#openingSince = now
  }

  get isGrowth(): boolean {
    return this.#to > this.from
  }

  /** What was measured at the new size: the base of the next probe. */
  get after(): readonly Window[] {
    return this.#after.filter(({ isFull }) => isFull)
  }

  /** The size that is really aimed at; the budget may give less than was wanted, or nothing yet. */
  aimAt(target: number, now: number): void {
    if (target === this.#to) return
    this.#to = target
    this.#openingSince = now
    this.#settling = SETTLING
    this.#after.length = 0
  }

  add(window: Window): Verdict | undefined {
    if (this.#isOpening(window)) {
      const isLate = window.at - this.#openingSince > OPENING_MS
      return isLate ? { kind: 'not-opened', isClear: false, facts: {} } : undefined
    }
    if (this.#settling-- > 0) return undefined
    this.#after.push(window)
    return this.#after.length >= FEWEST ? this.#judge() : undefined
  }

  #isOpening({ size }: Window): boolean {
    return this.isGrowth ? size < this.#to - 0.5 : size > this.#to + 0.5
  }

  #judge(): Verdict | undefined {
    const after = this.after
    if (after.length < this.#after.length / 2) return { kind: 'served', isClear: true, facts: {} }
    if (this.#base.length < FEWEST - 1) return { kind: 'served', isClear: false, facts: {} }
    return this.#compare(after.map(({ perSecond }) => perSecond))
  }

  #compare(after: readonly number[]): Verdict | undefined {
    const { elasticity, error, facts } = this.#elasticity(this.#base, after)
    const doubt = Math.abs(elasticity - ELASTICITY) / error
    if (!isDecided(doubt, after.length)) return undefined
    const kind = this.#isBetter(elasticity) ? 'better' : 'worse'
    return { kind, isClear: doubt > 1 || error < CLOSE_ENOUGH, facts }
  }

  /** Would the new size have been better, against more windows at the size before? */
  isBetterThan(base: readonly Window[]): boolean {
    const [before, after] = [base, this.after].map(all => all.map(({ perSecond }) => perSecond))
    return this.#isBetter(this.#elasticity(before ?? [], after ?? []).elasticity)
  }

  #isBetter(elasticity: number): boolean {
    return elasticity >= ELASTICITY === this.isGrowth
  }

  /** By how many times throughput changed, to by how many times the connections did, both as logarithms. */
  #elasticity(base: readonly number[], after: readonly number[]) {
    const [before, now] = [median(base), median(after)]
    const growth = Math.log(this.#to / this.from)
    const elasticity = before > 0 && now > 0 ? Math.log(now / before) / growth : 0
    const error = errorOfRatio(base, after) / Math.abs(growth)
    const facts = {
      perSecondBefore: rounded(before),
      perSecondAfter: rounded(now),
      elasticity: rounded(elasticity),
      error: rounded(error),
      windows: after.length,
    }
    return { elasticity, error, facts }
  }
}

/** `doubt`: how far from the border, in standard errors: the more windows, the less is asked. */
function isDecided(doubt: number, windows: number): boolean {
  if (windows >= MOST) return true
  return doubt > (windows >= USUAL ? 2 : 3)
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
