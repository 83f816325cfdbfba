import type { Facts } from '../facts.ts'
import type { RuleSettings } from '../rule.ts'
import { HyperLogLogs } from '../tables/hyper-log-log.ts'
import { KeyTable } from '../tables/key-table.ts'
import { Sketch } from '../tables/sketch.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

/** The day in so many parts, of which the oldest is forgotten at a time. */
const PARTS = 3
/** Who failed less often in a day takes no place. */
const FAILURES_MIN = 3

/**
 * Guessing at one user, so slowly that no short window sees it: how many different wrong credentials there were in a day, from wherever.
 * Most users that fail do it once or twice: they are in a sketch, and take no place of their own.
 */
export class SlowDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['auth.failed']
  readonly #keys: KeyTable
  readonly #tail: Sketch
  readonly #attempts: HyperLogLogs
  /** The number of the part that each sketch is for. */
  readonly #part: Uint32Array
  readonly #foundIn: Uint32Array
  readonly #partMs: number

  readonly rule: RuleSettings

  constructor(rule: RuleSettings, { places }: DetectorParts) {
    this.rule = rule
    const { windowMs } = rule
    this.#keys = new KeyTable(places / 4, windowMs)
    this.#tail = new Sketch(places * 4, windowMs)
    this.#attempts = new HyperLogLogs(this.#keys.places * PARTS)
    this.#part = new Uint32Array(this.#keys.places * PARTS)
    this.#foundIn = new Uint32Array(this.#keys.places)
    this.#partMs = windowMs / PARTS
  }

  get bytes(): number {
    const own = this.#part.byteLength + this.#foundIn.byteLength
    return this.#keys.bytes + this.#tail.bytes + this.#attempts.bytes + own
  }

  see(facts: Facts): Finding | undefined {
    const { userKey, nowMs, hasUser, isNewAttempt } = facts
    if (!hasUser || !isNewAttempt) return undefined
    if (this.#keys.find(userKey, nowMs) === -1 && !this.#isFrequent(facts)) return undefined
    const place = this.#keys.claim(userKey, nowMs)
    const now = Math.floor(nowMs / this.#partMs) + 1
    if (this.#keys.isNew) this.#clear(place)
    const current = this.#partFor(place, now)
    this.#attempts.add(current, facts.credential().a, facts.item.b)
    const count = this.#estimate(place, now)
    this.#keys.weigh(place, count)
    if (count < this.rule.threshold || this.#foundIn[place] === now) return undefined
    this.#foundIn[place] = now
    const what = `about ${count} different wrong credentials within ${seconds(this.rule.windowMs)}`
    return { principal: facts.principal('user'), count, what }
  }

  forget({ userKey, nowMs }: Facts): void {
    const place = this.#keys.find(userKey, nowMs)
    if (place !== -1) this.#clear(place)
  }

  #isFrequent({ userKey, nowMs }: Facts): boolean {
    const failures = this.#tail.estimate(userKey, nowMs) + 1
    this.#tail.remember(userKey, failures, nowMs)
    return failures >= FAILURES_MIN
  }

  #clear(place: number): void {
    for (let part = 0; part < PARTS; part++) this.#attempts.clear(place * PARTS + part)
    this.#part.fill(0, place * PARTS, (place + 1) * PARTS)
    this.#foundIn[place] = 0
  }

  #partFor(place: number, now: number): number {
    const index = place * PARTS + (now % PARTS)
    if (this.#part[index] !== now) {
      this.#attempts.clear(index)
      this.#part[index] = now
    }
    return index
  }

  #estimate(place: number, now: number): number {
    for (let part = 0; part < PARTS; part++) {
      const index = place * PARTS + part
      if (now - (this.#part[index] ?? 0) >= PARTS) this.#attempts.clear(index)
    }
    return this.#attempts.estimate(place * PARTS, place * PARTS + 1, place * PARTS + 2)
  }
}
