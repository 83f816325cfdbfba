import type { Facts } from '../facts.ts'
import { Key, mixed } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
import { DOUBLES, FirstSights } from '../tables/first-sights.ts'
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

/** What is kept of each place, side by side. */
const RECORD = 4
const LAST = 0
const SCORE = 1
const ASKED = 2
const BEGAN_AT = 3

/** What is kept of who has asked for one key. */
const FIRST = DOUBLES
const FIRST_AT = DOUBLES + 1
const FIRST_HASH = 6

/**
 * Keys tried one after the other: each that follows the one before counts, and four times when there was nothing. A page that reads
 * the rows of its list one by one stays below, a program that counts up does not; nor one that asks for ever new keys
 * in any order.
 */
export class EnumerationDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['read', 'access.denied', 'write']
  readonly #firsts: FirstSights
  readonly #keys: KeyTable
  readonly #distinct: HyperLogLogs
  readonly #records: Float64Array
  readonly #key = new Key(0, 0)

  readonly rule: RuleSettings

  constructor(rule: RuleSettings, { places }: DetectorParts) {
    this.rule = rule
    this.#firsts = new FirstSights(places, rule.windowMs)
    this.#keys = new KeyTable(places / 4, rule.windowMs)
    this.#distinct = new HyperLogLogs(this.#keys.places)
    this.#records = new Float64Array(this.#keys.places * RECORD)
  }

  get bytes(): number {
    const own = this.#records.byteLength
    return this.#firsts.bytes + this.#keys.bytes + this.#distinct.bytes + own
  }

  see(facts: Facts): Finding | undefined {
    const { key, sought } = facts.event
    if (key === undefined || sought === undefined) return undefined
    const value = numberOf(sought)
    const hash = hashOf(facts, sought)
    this.#key.ofBoth(facts.pairKey, this.#key.ofText(key))
    if (this.#isFirst(facts.nowMs, value, hash)) return undefined
    const place = this.#placeAt(facts.nowMs)
    const isMiss = facts.kind === 'access.denied' || facts.event.rows === 0
    this.#distinct.add(place, hash, mixed(hash, 1))
    const record = place * RECORD
    const score = this.#scoreAfter(record, value, isMiss)
    this.#records[record + SCORE] = score
    this.#records[record + ASKED] = (this.#records[record + ASKED] ?? 0) + 1
    this.#records[record + LAST] = value
    this.#keys.weigh(place, score)
    return this.#judge(facts, place, score)
  }

  forget({ event: { key }, pairKey, nowMs }: Facts): void {
    if (key === undefined) return
    this.#key.ofBoth(pairKey, this.#key.ofText(key))
    this.#firsts.forget(this.#key)
    const place = this.#keys.find(this.#key, nowMs)
    if (place !== -1) this.#keys.free(place)
  }

  /** One key says nothing: it is remembered, and takes no place of its own. */
  #isFirst(nowMs: number, value: number, hash: number): boolean {
    const { integers, doubles } = this.#firsts
    const first = this.#firsts.claim(this.#key, nowMs)
    if (this.#firsts.isKnown) return false
    doubles[first / 2 + FIRST] = value
    doubles[first / 2 + FIRST_AT] = nowMs
    integers[first + FIRST_HASH] = hash
    return this.#keys.find(this.#key, nowMs) === -1
  }

  #placeAt(nowMs: number): number {
    const place = this.#keys.claim(this.#key, nowMs)
    const isOver = nowMs - (this.#records[place * RECORD + BEGAN_AT] ?? 0) > this.rule.windowMs
    if (this.#keys.isNew || isOver) this.#begin(place, nowMs)
    if (this.#keys.isNew) this.#beginWithFirst(place)
    return place
  }

  #beginWithFirst(place: number): void {
    const { integers, doubles, place: first } = this.#firsts
    const record = place * RECORD
    const hash = integers[first + FIRST_HASH] ?? 0
    this.#distinct.add(place, hash, mixed(hash, 1))
    this.#records[record + ASKED] = 1
    this.#records[record + LAST] = doubles[first / 2 + FIRST] ?? Number.NaN
    this.#records[record + BEGAN_AT] = doubles[first / 2 + FIRST_AT] ?? 0
  }

  #begin(place: number, nowMs: number): void {
    const record = place * RECORD
    this.#distinct.clear(place)
    this.#records[record + SCORE] = 0
    this.#records[record + ASKED] = 0
    this.#records[record + LAST] = Number.NaN
    this.#records[record + BEGAN_AT] = nowMs
  }

  #scoreAfter(record: number, value: number, isMiss: boolean): number {
    const step = Math.abs(value - (this.#records[record + LAST] ?? Number.NaN))
    const score = this.#records[record + SCORE] ?? 0
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
    const asked = this.#records[place * RECORD + ASKED] ?? 0
    return asked >= many && asked % LOOK_EVERY === 0 && this.#distinct.estimate(place) >= many
  }
}

const DIGITS_MAX = 15

/** Of a whole number that is written as such: a regular expression would take longer than all else here. */
function numberOf(sought: string | number): number {
  if (typeof sought === 'number') return sought
  const from = sought.startsWith('-') ? 1 : 0
  const digits = sought.length - from
  if (digits < 1 || digits > DIGITS_MAX) return Number.NaN
  let value = 0
  for (let index = from; index < sought.length; index++) {
    const digit = sought.charCodeAt(index) - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return from === 1 ? -value : value
}

const ZERO = '0'.charCodeAt(0)

function hashOf({ item }: Facts, sought: string | number): number {
  return typeof sought === 'number' ? item.ofNumber(sought).a : item.ofText(sought).a
}
