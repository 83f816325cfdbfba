import type { Facts } from '../facts.ts'
import type { Key } from '../hash.ts'
import type { RuleSettings } from '../rule.ts'
import { CounterTable } from '../tables/counter-table.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

/** So many events, or so many different things, of one principal within a time. */
export class CountDetector implements Detector {
  readonly kinds: readonly EventKind[]
  readonly #counts: CounterTable | undefined
  readonly #purpose: number

  readonly rule: RuleSettings
  readonly #parts: DetectorParts

  constructor(rule: RuleSettings, parts: DetectorParts, purpose: number) {
    this.rule = rule
    this.#parts = parts
    const { events, threshold, windowMs } = rule
    this.kinds = events
    this.#purpose = purpose
    if (threshold > 1) this.#counts = new CounterTable(parts.places, windowMs, threshold)
  }

  get bytes(): number {
    return this.#counts?.bytes ?? 0
  }

  see(facts: Facts): Finding | undefined {
    const rule = this.rule
    const parts = this.#parts
    const key = facts.keyOf(rule.per)
    if (key === undefined || !this.#isMeant(facts)) return undefined
    if (this.#counts === undefined) return this.#finding(facts, 1)
    if (!this.#isNew(facts, key)) return undefined
    const here = this.#counts.add(key, facts.nowMs)
    const count = Math.max(here, (parts.together?.known(rule.name, key, facts.nowMs) ?? 0) + 1)
    const threshold = this.#thresholdFor(facts)
    const isFound = this.#counts.isReached(count, threshold)
    const finding = this.#finding(facts, count)
    this.#share(facts, key, finding, isFound)
    return isFound ? finding : undefined
  }

  forget(facts: Facts): void {
    const key = facts.keyOf(this.rule.per)
    if (key !== undefined) this.#counts?.reset(key, facts.nowMs)
  }

  #isMeant({ event, kind }: Facts): boolean {
    const { reasons } = this.rule
    if (reasons.length === 0) return true
    return reasons.includes(
      event.reason ?? (kind === 'auth.tampered' ? 'signature' : 'credentials'),
    )
  }

  #thresholdFor(facts: Facts): number {
    const { threshold, scalesWithUsers } = this.rule
    return scalesWithUsers ? threshold * this.#parts.regulars.scaleOf(facts) : threshold
  }

  /** Of `distinct`: is this thing another one? Leaves it in `facts.item`. */
  #isNew(facts: Facts, key: Key): boolean {
    const rule = this.rule
    const parts = this.#parts
    if (rule.detector !== 'distinct') {
      facts.credential() // Without a fingerprint, unlike any other: each event counts.
      return true
    }
    const pair = facts.both(key, facts.itemOf(rule.of), this.#purpose)
    return parts.seen.isFirst(pair, facts.nowMs, rule.windowMs)
  }

  #share(facts: Facts, key: Key, finding: Finding, isFound: boolean): void {
    const rule = this.rule
    const parts = this.#parts
    if (parts.together === undefined) return
    const { name: counter, windowMs } = rule
    const threshold = this.#thresholdFor(facts)
    const texts = { key: key.toString(), item: facts.item.toString() }
    parts.together.contribute(rule, [{ counter, windowMs, threshold, ...texts, finding }], isFound)
  }

  #finding(facts: Facts, count: number): Finding {
    const { detector, of, per, events, windowMs, threshold } = this.rule
    const things = detector === 'distinct' ? `different ${OF[of]}` : events.join(', ')
    const what =
      threshold === 1 ? events.join(', ') : `${count} ${things} within ${seconds(windowMs)}`
    return { principal: facts.principal(per), count, what }
  }
}

const OF = {
  credential: 'wrong credentials',
  user: 'users failed',
  ip: 'addresses failed',
  token: 'forged tokens',
  name: 'names that do not exist',
  target: 'targets',
} as const
