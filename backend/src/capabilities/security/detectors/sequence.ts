import type { Facts } from '../facts.ts'
import type { Key } from '../hash.ts'
import type { RuleSettings, SequenceStep } from '../rule.ts'
import { KeyTable } from '../tables/key-table.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

/** Several things of one principal, one after the other, within a time. Of wrong credentials the same one counts once. */
export class SequenceDetector implements Detector {
  readonly kinds: readonly EventKind[]
  readonly #keys: KeyTable
  readonly #step: Uint8Array
  readonly #count: Uint16Array
  readonly #beganAt: Float64Array

  readonly rule: RuleSettings

  constructor(rule: RuleSettings, { places }: DetectorParts) {
    this.rule = rule
    this.kinds = [...new Set(rule.steps.flatMap(({ events }) => events))]
    this.#keys = new KeyTable(places / 2, rule.windowMs)
    this.#step = new Uint8Array(this.#keys.places)
    this.#count = new Uint16Array(this.#keys.places)
    this.#beganAt = new Float64Array(this.#keys.places)
  }

  get bytes(): number {
    return this.#keys.bytes + this.#keys.places * 11
  }

  see(facts: Facts): Finding | undefined {
    const { rule } = this
    const key = facts.keyOf(rule.per)
    if (key === undefined) return undefined
    const place = this.#placeFor(facts, key)
    if (place === -1) return undefined
    const number = this.#step[place] ?? 0
    const step = rule.steps[number]
    if (step === undefined) return undefined
    const worth = worthOf(step, facts)
    if (worth === 0) return undefined
    const count = Math.min(65_535, (this.#count[place] ?? 0) + worth)
    this.#count[place] = count
    this.#keys.weigh(place, number * 32 + count)
    if (count < (step.count ?? 1)) return undefined
    this.#step[place] = number + 1
    this.#count[place] = 0
    return number + 1 < rule.steps.length ? undefined : this.#found(facts, place)
  }

  forget(facts: Facts): void {
    const key = facts.keyOf(this.rule.per)
    const place = key === undefined ? -1 : this.#keys.find(key, facts.nowMs)
    if (place !== -1) this.#keys.free(place)
  }

  /** Only the first step makes a place; what belongs to later ones concerns those who have one. */
  #placeFor(facts: Facts, key: Key): number {
    const { nowMs } = facts
    const found = this.#keys.find(key, nowMs)
    if (found !== -1 && nowMs - (this.#beganAt[found] ?? 0) <= this.rule.windowMs) return found
    const [first] = this.rule.steps
    if (first === undefined || worthOf(first, facts) === 0) return -1
    const place = this.#keys.claim(key, nowMs)
    this.#step[place] = 0
    this.#count[place] = 0
    this.#beganAt[place] = nowMs
    return place
  }

  #found(facts: Facts, place: number): Finding {
    this.#keys.free(place)
    const { steps, per, windowMs } = this.rule
    const told = steps.map(({ events, count = 1 }) => `${events.join(' or ')} × ${count}`)
    const what = `${told.join(', then ')} within ${seconds(windowMs)}`
    return { principal: facts.principal(per), count: steps.length, what }
  }
}

/** For how many events of the step this one counts: with `rowsMin` one that brings as many rows as ten counts for ten. */
function worthOf(step: SequenceStep, { kind, event, isNewAttempt }: Facts): number {
  const { events, rowsMin = 0 } = step
  if (!events.includes(kind) || (kind === 'auth.failed' && !isNewAttempt)) return 0
  return rowsMin === 0 ? 1 : Math.floor((event.rows ?? 0) / rowsMin)
}
