import type { Facts } from '../facts.ts'
import type { RuleSettings } from '../rule.ts'
import { KeyTable } from '../tables/key-table.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

const DAY_MS = 86_400_000
/** So many bytes weigh as much as a row. */
const BYTES_PER_ROW = 1_024
/** What is usual can double in a day, and not more: whoever raises it slowly needs long, and is seen by then. */
const GROWTH_PER_DAY = 2
/** From one day to the next so much of it stays. */
const KEPT_PER_DAY = 0.95
const FORGOTTEN_DAYS = 30

/**
 * More rows, or bytes, than this user ever reads: more than `rowsMin` in a time, and `factor` times the most that was usual. Whoever
 * has no habits yet has those of somebody who reads nothing.
 */
export class MassReadDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['read']
  readonly #keys: KeyTable
  readonly #rows: Float32Array
  /** The number of the window that these rows are of. */
  readonly #window: Uint32Array
  /** The most that was usual, and what it was when the day began. */
  readonly #usual: Float32Array
  readonly #usualBefore: Float32Array
  readonly #day: Uint32Array
  readonly #foundIn: Uint32Array

  readonly rule: RuleSettings

  constructor(rule: RuleSettings, { places }: DetectorParts) {
    this.rule = rule
    this.#keys = new KeyTable(places * 2, FORGOTTEN_DAYS * DAY_MS)
    this.#rows = new Float32Array(this.#keys.places)
    this.#window = new Uint32Array(this.#keys.places)
    this.#usual = new Float32Array(this.#keys.places)
    this.#usualBefore = new Float32Array(this.#keys.places)
    this.#day = new Uint32Array(this.#keys.places)
    this.#foundIn = new Uint32Array(this.#keys.places)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#keys.places * 24
  }

  see(facts: Facts): Finding | undefined {
    const { rows = 0, bytes = 0 } = facts.event
    const read = Math.max(rows, bytes / BYTES_PER_ROW)
    if (read < 1) return undefined
    const place = this.#placeFor(facts)
    const sum = (this.#rows[place] ?? 0) + read
    this.#rows[place] = sum
    if (sum < this.rule.rowsMin) return undefined
    return this.#judge(facts, place, sum)
  }

  forget(facts: Facts): void {
    const place = this.#keys.find(keyOf(facts), facts.nowMs)
    if (place !== -1) this.#rows[place] = 0
  }

  #placeFor(facts: Facts): number {
    const place = this.#keys.claim(keyOf(facts), facts.nowMs)
    if (this.#keys.isNew) this.#clear(place)
    const window = Math.floor(facts.nowMs / this.rule.windowMs) + 1
    if (this.#window[place] !== window) this.#turn(place, window, facts.nowMs)
    return place
  }

  #clear(place: number): void {
    this.#rows[place] = 0
    this.#window[place] = 0
    this.#usual[place] = 0
    this.#usualBefore[place] = 0
    this.#day[place] = 0
    this.#foundIn[place] = 0
  }

  /** A window is over: what was read in it becomes usual, within bounds. */
  #turn(place: number, window: number, nowMs: number): void {
    const day = Math.floor(nowMs / DAY_MS) + 1
    const before = this.#usualBefore[place] ?? 0
    const bound = Math.max(this.rule.rowsMin / 2, before * GROWTH_PER_DAY)
    const usual = Math.max(this.#usual[place] ?? 0, Math.min(bound, this.#rows[place] ?? 0))
    this.#usual[place] = usual
    this.#keys.weight[place] = Math.min(255, 8 * Math.log2(1 + usual))
    this.#rows[place] = 0
    this.#window[place] = window
    if (this.#day[place] === day) return
    this.#usual[place] = usual * KEPT_PER_DAY
    this.#usualBefore[place] = usual
    this.#day[place] = day
  }

  #judge(facts: Facts, place: number, sum: number): Finding | undefined {
    const { factor, windowMs, per } = this.rule
    const usual = this.#usual[place] ?? 0
    const window = this.#window[place] ?? 0
    if (sum < factor * usual || this.#foundIn[place] === window) return undefined
    this.#foundIn[place] = window
    const what = `${Math.round(sum)} rows within ${seconds(windowMs)}, where at most ${Math.round(usual)} are usual`
    return { principal: facts.principal(per), count: Math.round(sum), what }
  }
}

function keyOf({ hasUser, userKey, ipKey }: Facts) {
  return hasUser ? userKey : ipKey
}
