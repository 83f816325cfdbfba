import type { Rule } from '../rule.ts'
import { type Charge, Counter, type Terms } from './counter.ts'
import { hashOf } from './hash.ts'
import { Sketch } from './sketch.ts'

/** Limits above it are estimated in larger units, so that what is used fits into a cell. */
const UNITS_MAX = 30_000
/** So that of a million keys at once hardly one is estimated too high to pass a limit of five. */
const WIDTH_PER_KEY = 8

/** All sketches of a process: one for all rules whose counters are forgotten after about the same time. */
export class Sketches {
  readonly #width: number
  readonly #seeds: readonly [number, number]
  readonly #byPeriod = new Map<number, Sketch>()

  constructor(keysMax: number, random: () => number) {
    this.#width = powerOfTwo(WIDTH_PER_KEY * keysMax)
    this.#seeds = [seedOf(random), seedOf(random)]
  }

  get size(): number {
    return this.#byPeriod.size
  }

  /** At least `periodMs`; up to twice that, so that there are few. Made when it is first needed. */
  of(periodMs: number): Sketch {
    const period = powerOfTwo(periodMs)
    let sketch = this.#byPeriod.get(period)
    if (sketch === undefined) {
      sketch = new Sketch(period, this.#width)
      this.#byPeriod.set(period, sketch)
    }
    return sketch
  }

  seeds(): readonly [number, number] {
    return this.#seeds
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)))
}

function seedOf(random: () => number): number {
  return Math.floor(random() * 2 ** 32) | 0
}

/**
 * Stands for all keys of a rule that have no counter of their own: `at` chooses the one that is meant until the next call. What it
 * says is used is never too little. Nothing can be taken out again.
 */
export class TailCounter extends Counter {
  readonly #sketches: Sketches
  readonly #seeds: readonly [number, number]
  readonly #ruleHash: number
  readonly unit: number
  readonly #periodMs: number
  #key = ''
  #known: Sketch | undefined = undefined
  #one = 0
  #other = 0

  /** A unit may grow while it counts, not shrink. */
  constructor(sketches: Sketches, rule: Rule, unitMin = 1) {
    super('')
    const capacity = Math.max(rule.limit, rule.burst)
    this.#sketches = sketches
    this.#seeds = sketches.seeds()
    this.#ruleHash = hashOf(rule.identity, this.#seeds[0])
    this.unit = Math.max(unitMin, Math.ceil(capacity / UNITS_MAX))
    // A full bucket of `gcra` may take longer than a window to run out.
    this.#periodMs = Math.ceil(rule.windowMs * Math.max(1, rule.burst / rule.limit))
  }

  at(key: string): this {
    this.#key = key
    this.#one = hashOf(key, this.#seeds[0] ^ this.#ruleHash)
    this.#other = hashOf(key, this.#seeds[1] ^ this.#ruleHash)
    return this
  }

  /** It is not about one key. */
  override deny(): void {
    // All keys would be.
  }

  usedAt(now: number): number {
    return this.#sketch.estimate(now, this.#one, this.#other) * this.unit
  }

  charge(now: number, weight: number): Charge {
    this.add(now, weight)
    return new TailCharge(this, this.#key)
  }

  add(now: number, weight: number): void {
    this.#sketch.add(now, this.#one, this.#other, Math.ceil(weight / this.unit))
  }

  waitMs(_now: number, _excess: number, terms: Terms): number {
    return terms.windowMs
  }

  resetMs(_now: number, terms: Terms): number {
    return terms.windowMs
  }

  /** Made when the first key needs it: most processes never have so many. */
  get #sketch(): Sketch {
    return (this.#known ??= this.#sketches.of(this.#periodMs))
  }
}

class TailCharge implements Charge {
  readonly counter: TailCounter
  readonly #key: string

  constructor(counter: TailCounter, key: string) {
    this.counter = counter
    this.#key = key
  }

  adjust(difference: number, _at: number, now: number): void {
    if (difference > 0) this.counter.at(this.#key).add(now, difference)
  }
}
