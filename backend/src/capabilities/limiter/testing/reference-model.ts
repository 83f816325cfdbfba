import type { Algorithm } from '../types.ts'

/** As much of a rule as the model knows. */
export interface ModelRule {
  readonly algorithm: Algorithm
  readonly limit: number
  readonly windowMs: number
  readonly burst: number
}

interface Admitted {
  readonly at: number
  weight: number
}

/**
 * One key of one rule, by the words of its definition: everything that was ever admitted is kept and looked through. Slow,
 * and so plain that it can be read.
 */
export class ReferenceKey {
  readonly rule: ModelRule
  readonly admitted: Admitted[] = []

  constructor(rule: ModelRule) {
    this.rule = rule
  }

  /** What counts against the limit at this time. */
  usedAt(now: number): number {
    switch (this.rule.algorithm) {
      case 'sliding':
      case 'concurrency':
        return this.#since(now - this.rule.windowMs)
      case 'fixed':
        return this.inWindowOf(now)
      case 'gcra':
        return this.#level(now)
    }
  }

  passes(now: number, weight: number): boolean {
    return this.usedAt(now) + weight <= this.rule.burst + 1e-6
  }

  /** The most that any stretch of one window has let in. */
  densest(): number {
    const sums = this.admitted.map(({ at }) => this.#between(at, at + this.rule.windowMs))
    return Math.max(0, ...sums)
  }

  /** Would what is refused now pass if everything counted this much longer? Then it may be refused. */
  isNearlyFull(now: number, weight: number, longerMs: number): boolean {
    return this.#since(now - this.rule.windowMs - longerMs) + weight > this.rule.burst - 1e-6
  }

  inWindowOf(now: number): number {
    const began = Math.floor(now / this.rule.windowMs) * this.rule.windowMs
    return this.#between(began, began + this.rule.windowMs)
  }

  /** After `from`. */
  #since(from: number): number {
    return sum(this.admitted.filter(({ at }) => at > from))
  }

  #between(from: number, to: number): number {
    return sum(this.admitted.filter(({ at }) => at >= from && at < to))
  }

  #level(now: number): number {
    let level = 0
    let last = 0
    for (const { at, weight } of this.admitted) {
      level = this.#after(level, at - last) + weight
      last = at
    }
    return this.#after(level, now - last)
  }

  #after(level: number, ms: number): number {
    return Math.max(0, level - (ms * this.rule.limit) / this.rule.windowMs)
  }
}

function sum(admitted: readonly Admitted[]): number {
  return admitted.reduce((total, { weight }) => total + weight, 0)
}
