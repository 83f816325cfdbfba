import type { Facts } from '../facts.ts'
import { Key, mixed } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
import { HyperLogLogs } from '../tables/hyper-log-log.ts'
import { KeyTable } from '../tables/key-table.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

/** Keys are taken to follow each other when they are so near. */
const STEP_MAX = 10
/** A key that is not there says as much as so many that are. */
const MISS_WEIGHT = 4
/** In any order, so many times as many different keys are found. */
const SHUFFLED = 5
const LOOK_EVERY = 64

/**
 * Keys tried one after the other: each that follows the one before counts, and four times when there was nothing. A page that reads
 * the rows of its list one by one stays below, a program that counts up does not; nor one that asks for ever new keys
 * in any order.
 */
export class EnumerationDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['read', 'access.denied', 'write']
  readonly #keys: KeyTable
  readonly #distinct: HyperLogLogs
  readonly #last: Float64Array
  readonly #score: Uint32Array
  readonly #asked: Uint32Array
  readonly #beganAt: Float64Array
  readonly #key = new Key(0, 0)

  readonly rule: RuleSettings

  constructor(rule: RuleSettings, { places }: DetectorParts) {
    this.rule = rule
    this.#keys = new KeyTable(places / 2, rule.windowMs)
    this.#distinct = new HyperLogLogs(this.#keys.places)
    this.#last = new Float64Array(this.#keys.places)
    this.#score = new Uint32Array(this.#keys.places)
    this.#asked = new Uint32Array(this.#keys.places)
    this.#beganAt = new Float64Array(this.#keys.places)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#distinct.bytes + this.#keys.places * 24
  }

  see(facts: Facts): Finding | undefined {
    const { key, sought } = facts.event
    if (key === undefined || sought === undefined) return undefined
    const place = this.#placeFor(facts, key)
    const value = numberOf(sought)
    const isMiss = facts.kind === 'access.denied' || facts.event.rows === 0
    const hash = hashOf(facts, sought)
    this.#distinct.add(place, hash, mixed(hash, 1))
    const score = this.#scoreAfter(place, value, isMiss)
    this.#score[place] = score
    this.#asked[place] = (this.#asked[place] ?? 0) + 1
    this.#last[place] = value
    this.#keys.weight[place] = Math.min(255, score)
    return this.#judge(facts, place, score)
  }

  forget(facts: Facts): void {
    const { key } = facts.event
    if (key !== undefined) this.#begin(this.#placeFor(facts, key), facts.nowMs)
  }

  #placeFor({ pairKey, nowMs }: Facts, key: string): number {
    this.#key.ofText(key)
    this.#key.ofBoth(pairKey, this.#key)
    const place = this.#keys.claim(this.#key, nowMs)
    const isOver = nowMs - (this.#beganAt[place] ?? 0) > this.rule.windowMs
    if (this.#keys.isNew || isOver) this.#begin(place, nowMs)
    return place
  }

  #begin(place: number, nowMs: number): void {
    this.#distinct.clear(place)
    this.#score[place] = 0
    this.#asked[place] = 0
    this.#last[place] = Number.NaN
    this.#beganAt[place] = nowMs
  }

  #scoreAfter(place: number, value: number, isMiss: boolean): number {
    const step = Math.abs(value - (this.#last[place] ?? Number.NaN))
    const score = this.#score[place] ?? 0
    return step > 0 && step <= STEP_MAX ? score + (isMiss ? MISS_WEIGHT : 1) : score
  }

  #judge(facts: Facts, place: number, score: number): Finding | undefined {
    const { threshold, windowMs, per } = this.rule
    if (score < threshold && !this.#isShuffled(place, threshold * SHUFFLED)) return undefined
    const count = this.#distinct.estimate(place)
    this.#begin(place, facts.nowMs)
    const what = `about ${count} keys of ${facts.event.key ?? ''} one by one within ${seconds(windowMs)}`
    return { principal: facts.principal(per), count, what }
  }

  /** Looks now and then: it takes longer than all else here. */
  #isShuffled(place: number, many: number): boolean {
    const asked = this.#asked[place] ?? 0
    return asked >= many && asked % LOOK_EVERY === 0 && this.#distinct.estimate(place) >= many
  }
}

function numberOf(sought: string | number): number {
  if (typeof sought === 'number') return sought
  return /^-?\d{1,15}$/.test(sought) ? Number(sought) : Number.NaN
}

function hashOf({ item }: Facts, sought: string | number): number {
  return typeof sought === 'number' ? item.ofNumber(sought).a : item.ofText(sought).a
}
