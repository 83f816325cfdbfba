import type { Rule } from '../rule.ts'
import type { Counter } from './counter.ts'
import { FixedCounter } from './fixed.ts'
import { GcraCounter } from './gcra.ts'
import { SlidingCounter } from './sliding.ts'
import { type Sketches, TailCounter } from './tail.ts'

/** The counters of one rule. */
export class Ledger {
  rule: Rule
  readonly counters = new Map<string, Counter>()
  tail: TailCounter
  readonly #sketches: Sketches

  constructor(rule: Rule, sketches: Sketches) {
    this.rule = rule
    this.#sketches = sketches
    this.tail = new TailCounter(sketches, rule)
  }

  /** The rule has other figures, and the same identity. */
  follow(rule: Rule): void {
    this.rule = rule
    this.tail = new TailCounter(this.#sketches, rule, this.tail.unit)
    for (const counter of this.counters.values()) counter.forgive()
  }

  newCounter(key: string): Counter {
    switch (this.rule.algorithm) {
      case 'sliding':
      case 'concurrency': // Who is settled is given back; the window is for those who are forgotten.
        return new SlidingCounter(key)
      case 'fixed':
        return new FixedCounter(key)
      case 'gcra':
        return new GcraCounter(key)
    }
  }

  /** How much of the limit a key has used, from 0: what it would be missed by. */
  shareOf(counter: Counter, now: number): number {
    const used = counter.usedAt(now, this.rule)
    return used === 0 ? 0 : this.shareAt(used)
  }

  shareAt(used: number): number {
    // Of what is released, only the counter itself knows when.
    return this.rule.algorithm === 'concurrency' ? Number.POSITIVE_INFINITY : used / this.rule.burst
  }
}
