import type { Facts } from '../facts.ts'
import type { RuleSettings } from '../rule.ts'
import { CounterTable } from '../tables/counter-table.ts'
import type { EventKind } from '../types.ts'
import type { Detector, DetectorParts, Finding } from './detector.ts'
import { seconds } from './words.ts'

/**
 * Somebody tries out what the policies let through: denied at many different targets, and more often than not. One target that a
 * broken page asks for again and again counts once.
 */
export class ProbingDetector implements Detector {
  readonly kinds: readonly EventKind[] = ['access.denied', 'read', 'write']
  readonly #denied: CounterTable
  readonly #allowed: CounterTable

  readonly rule: RuleSettings
  readonly #parts: DetectorParts
  readonly #purpose: number

  constructor(rule: RuleSettings, parts: DetectorParts, purpose: number) {
    this.rule = rule
    this.#parts = parts
    this.#purpose = purpose
    this.#denied = new CounterTable(parts.places / 4, rule.windowMs, rule.threshold)
    this.#allowed = new CounterTable(parts.places / 4, rule.windowMs, Number.MAX_SAFE_INTEGER)
  }

  get bytes(): number {
    return this.#denied.bytes + this.#allowed.bytes
  }

  see(facts: Facts): Finding | undefined {
    const { pairKey, nowMs, kind } = facts
    if (kind !== 'access.denied') {
      // Only of those that were denied something: the others are many, and do not matter.
      if (this.#denied.count(pairKey, nowMs) > 0) this.#allowed.add(pairKey, nowMs)
      return undefined
    }
    const target = facts.both(pairKey, facts.itemOf('target'), this.#purpose)
    if (!this.#parts.seen.isFirst(target, nowMs, this.rule.windowMs)) return undefined
    const count = this.#denied.add(pairKey, nowMs)
    const allowed = this.#allowed.count(pairKey, nowMs)
    if (count < this.rule.threshold || count < this.rule.ratioMin * (count + allowed)) {
      return undefined
    }
    this.forget(facts)
    const what = `denied at ${count} different targets within ${seconds(this.rule.windowMs)}, let through ${allowed} times`
    return { principal: facts.principal(this.rule.per), count, what }
  }

  forget({ pairKey, nowMs }: Facts): void {
    this.#denied.reset(pairKey, nowMs)
    this.#allowed.reset(pairKey, nowMs)
  }
}
