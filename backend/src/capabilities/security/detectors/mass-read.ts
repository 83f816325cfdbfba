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

/** What is kept of each place, in fours of bytes, so that it lies side by side: amounts, and numbers of windows and days. */
const RECORD = 8
const ROWS = 0
/** The number of the window that these rows are of. */
const WINDOW = 1
/** The most that was usual, and what it was when the day began. */
const USUAL = 2
const USUAL_BEFORE = 3
const DAY = 4
const FOUND_IN = 5

/**
 * More rows, or bytes, than this user ever reads: more than `rowsMin` in a time, and `factor` times the most that was usual. Whoever
 * has no habits yet has those of somebody who reads nothing.
 */
export class MassReadDetector implements Detector {
  readonly kinds: readonly EventKind[]
  readonly #keys: KeyTable
  readonly #amounts: Float32Array
  readonly #numbers: Uint32Array

  readonly rule: RuleSettings

  constructor(rule: RuleSettings, { places }: DetectorParts) {
    this.rule = rule
    this.kinds = rule.events.length > 0 ? rule.events : ['read']
    this.#keys = new KeyTable(places * 2, FORGOTTEN_DAYS * DAY_MS)
    this.#amounts = new Float32Array(this.#keys.places * RECORD)
    this.#numbers = new Uint32Array(this.#amounts.buffer)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#amounts.byteLength
  }

  see(facts: Facts): Finding | undefined {
    const { rows = 0, bytes = 0 } = facts.event
    const read = Math.max(rows, bytes / BYTES_PER_ROW)
    if (read < 1) return undefined
    const record = this.#recordFor(facts)
    const sum = (this.#amounts[record + ROWS] ?? 0) + read
    this.#amounts[record + ROWS] = sum
    if (sum < this.rule.rowsMin) return undefined
    return this.#judge(facts, record, sum)
  }

  forget(facts: Facts): void {
    const place = this.#keys.find(keyOf(facts), facts.nowMs)
    if (place !== -1) this.#amounts[place * RECORD + ROWS] = 0
  }

  #recordFor(facts: Facts): number {
    const place = this.#keys.claim(keyOf(facts), facts.nowMs)
    const record = place * RECORD
    if (this.#keys.isNew) this.#numbers.fill(0, record, record + RECORD)
    const window = Math.floor(facts.nowMs / this.rule.windowMs) + 1
    if (this.#numbers[record + WINDOW] !== window) this.#turn(place, window, facts.nowMs)
    return record
  }

  /** A window is over: what was read in it becomes usual, within bounds. */
  #turn(place: number, window: number, nowMs: number): void {
    const record = place * RECORD
    const [amounts, numbers] = [this.#amounts, this.#numbers]
    const day = Math.floor(nowMs / DAY_MS) + 1
    const before = amounts[record + USUAL_BEFORE] ?? 0
    const bound = Math.max(this.rule.rowsMin / 2, before * GROWTH_PER_DAY)
    const usual = Math.max(
      amounts[record + USUAL] ?? 0,
      Math.min(bound, amounts[record + ROWS] ?? 0),
    )
    amounts[record + USUAL] = usual
    this.#keys.weigh(place, 8 * Math.log2(1 + usual))
    amounts[record + ROWS] = 0
    numbers[record + WINDOW] = window
    if (numbers[record + DAY] === day) return
    amounts[record + USUAL] = usual * KEPT_PER_DAY
    amounts[record + USUAL_BEFORE] = usual
    numbers[record + DAY] = day
  }

  #judge(facts: Facts, record: number, sum: number): Finding | undefined {
    const { factor, windowMs, per } = this.rule
    const usual = this.#amounts[record + USUAL] ?? 0
    const window = this.#numbers[record + WINDOW] ?? 0
    if (sum < factor * usual || this.#numbers[record + FOUND_IN] === window) return undefined
    this.#numbers[record + FOUND_IN] = window
    const what = `${Math.round(sum)} rows within ${seconds(windowMs)}, where at most ${Math.round(usual)} are usual`
    return { principal: facts.principal(per), count: Math.round(sum), what }
  }
}

function keyOf({ hasUser, userKey, ipKey }: Facts) {
  return hasUser ? userKey : ipKey
}
